//! stub
use crate::diagnostic::Diagnostic;
use crate::model::Instance;
pub fn validate(_: &Instance) -> Vec<Diagnostic> {
    Vec::new()
}
pub fn set_aside(_: &Instance, _: &[Diagnostic]) -> Option<(Instance, Vec<(String, Diagnostic)>)> {
    None
}
