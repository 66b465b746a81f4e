//! The `lotwise` command.

fn main() {}
