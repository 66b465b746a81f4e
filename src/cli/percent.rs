//! Percentages among the arguments.

/// `25%` or `25`.
///
/// # Errors
/// What is no whole number.
pub fn parse(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    number.parse().map_err(|_| format!("`{text}` is not a whole number of percent, as in 25%"))
}
