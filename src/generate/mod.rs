//! Seeded instances: the parametric families research uses, and factories of a size and load one can ask for.
//!
//! `parallel` is the laboratory case (parallel lines, setup families, weighted tardiness), `plant` a make-to-order
//! works as large as wanted, `garment` three stages with materials and two sites, `anything` tiny random instances
//! that use every feature of the format, for tests. Same generator, parameters and seed give the same instance, to
//! the byte, on every platform: all arithmetic is on integers and every draw has its own named stream.
//! `docs/generate.md` has the formulas and their sources. Generators know the model and calendars, nothing of solving.

pub(crate) mod anything;
mod factories;
mod garment;
mod parallel;
mod parts;
mod plant;
mod settings;
mod shifts;
mod stream;

pub use settings::{Parameter, Preset, Range};

use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::{Instance, Meta};
use settings::Settings;

/// One generator of instances.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    /// What it is called.
    pub name: &'static str,
    /// What it makes, in one sentence.
    pub summary: &'static str,
    /// Whether it is for tests and stays out of listings.
    pub hidden: bool,
    /// What it takes besides the seed.
    pub parameters: &'static [Parameter],
    build: fn(&mut Settings) -> Instance,
}

/// Every generator.
pub const GENERATORS: &[Generator] = &[
    parallel::GENERATOR,
    plant::GENERATOR,
    garment::GENERATOR,
    factories::GENERATORS[0],
    factories::GENERATORS[1],
    factories::GENERATORS[2],
    factories::GENERATORS[3],
    factories::GENERATORS[4],
    factories::GENERATORS[5],
    factories::GENERATORS[6],
    factories::GENERATORS[7],
    anything::GENERATOR,
];

/// What `anything` may use, in the order of the bits of its parameter `features`.
pub fn features_of_anything() -> impl Iterator<Item = &'static str> {
    anything::features()
}

/// The value of that parameter that lets `anything` use all but the features named.
pub fn all_features_but(names: &[&str]) -> u64 {
    features_of_anything().enumerate().filter(|(_, name)| !names.contains(name)).map(|(bit, _)| 1 << bit).sum()
}

/// What to ask of a generator; what is left out takes the generator's preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The seed of every random stream.
    pub seed: u64,
    /// How many orders.
    pub orders: Option<usize>,
    /// How many lines.
    pub lines: Option<usize>,
    /// Over how many days the orders come in.
    pub days: Option<usize>,
    /// Everything else, by name; the three above may also be set here.
    pub set: Vec<(String, String)>,
}

impl Default for Parameters {
    /// Seed 1 and every preset.
    fn default() -> Self {
        Self { seed: 1, orders: None, lines: None, days: None, set: Vec::new() }
    }
}

/// Makes the instance that generator `name` gives for `parameters`.
///
/// ```
/// use lotwise::generate::{Parameters, generate};
/// let asked = Parameters { orders: Some(25), lines: Some(4), ..Parameters::default() };
/// let instance = generate("parallel", &asked).unwrap();
/// assert_eq!(instance.name.as_deref(), Some("parallel-25x4-s1"));
/// ```
///
/// # Errors
/// Every fault of the parameters: [`codes::UNKNOWN_GENERATOR`], [`codes::UNKNOWN_PARAMETER`],
/// [`codes::BAD_PARAMETER`].
pub fn generate(name: &str, parameters: &Parameters) -> Result<Instance, Vec<Diagnostic>> {
    let generator = find(name)?;
    let mut settings = Settings::read(generator, parameters)?;
    let mut instance = (generator.build)(&mut settings);
    let (orders, lines) = (instance.orders.len(), instance.lines.len());
    instance.name = Some(format!("{}-{orders}x{lines}-s{}", generator.name, settings.seed));
    instance.meta = Some(Meta(serde_json::json!({
        "generator": generator.name,
        "parameters": settings.to_json(),
        "seed": settings.seed,
    })));
    Ok(instance)
}

fn find(name: &str) -> Result<&'static Generator, Vec<Diagnostic>> {
    let shown = || GENERATORS.iter().filter(|generator| !generator.hidden).map(|generator| generator.name);
    GENERATORS.iter().find(|generator| generator.name == name).ok_or_else(|| {
        let remedy = match did_you_mean(name, shown()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("There are {}.", shown().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("There is no generator `{name}`.");
        vec![Diagnostic::error(codes::UNKNOWN_GENERATOR, "/generator", message, remedy)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(set: &[(&str, &str)]) -> Parameters {
        let set = set.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        Parameters { set, ..Parameters::default() }
    }

    #[test]
    fn every_fault_of_the_parameters_is_told_at_once() {
        let wrong =
            asked(&[("ordres", "5"), ("features", "-1"), ("features", "x"), ("orders", "5"), ("nonsense", "1")]);
        let faults = generate("anything", &wrong).unwrap_err();
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(
            codes,
            ["unknown-parameter", "bad-parameter", "bad-parameter", "unknown-parameter", "unknown-parameter"]
        );
    }

    #[test]
    fn unknown_generators_are_told_what_there_is() {
        let faults = generate("nothing-like-it", &Parameters::default()).unwrap_err();
        assert_eq!(faults[0].code, "unknown-generator");
        assert!(!faults[0].remedy.contains("anything"), "{}", faults[0].remedy);
    }

    #[test]
    fn presets_lie_in_their_ranges() {
        for generator in GENERATORS {
            for parameter in generator.parameters {
                match (parameter.range, parameter.preset) {
                    (Range::Integers { least, most }, Preset::Integer(number)) => {
                        assert!((least..=most).contains(&number), "{} {}", generator.name, parameter.name);
                    }
                    (Range::Choices(words), Preset::Choice(word)) => assert!(words.contains(&word)),
                    (Range::Integers { .. }, Preset::Derived(_)) => {}
                    other => panic!("{} {} mixes kinds: {other:?}", generator.name, parameter.name),
                }
            }
        }
    }
}
