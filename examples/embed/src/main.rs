//! examples/embed
fn main() {}
