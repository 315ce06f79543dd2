//! lambda
fn main() {}
