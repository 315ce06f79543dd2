//! examples/demo
fn main() {}
