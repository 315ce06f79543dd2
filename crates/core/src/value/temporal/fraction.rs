//! Fractions below one as decimal digits without trailing zeros: exact, of any length.

/// Adds two fractions: the digits, and whether the sum has passed one.
pub(super) fn add(left: &[u8], right: &[u8]) -> (Vec<u8>, bool) {
    let n_digits = left.len().max(right.len());
    let padded = |digits: &[u8], idx: usize| digits.get(idx).map_or(0, |digit| digit - b'0');
    let mut sum = Vec::with_capacity(n_digits);
    let mut carry = 0;
    for idx in (0..n_digits).rev() {
        let digit = padded(left, idx) + padded(right, idx) + carry;
        carry = digit / 10;
        sum.push(b'0' + digit % 10);
    }
    // The last digit comes first until here.
    let n_zeros = sum.iter().take_while(|digit| **digit == b'0').count();
    sum.drain(..n_zeros);
    sum.reverse();
    (sum, carry == 1)
}

/// Yields what is missing to one; nothing is missing to nothing.
pub(super) fn complement(digits: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let last = digits.len().saturating_sub(1);
    digits.iter().enumerate().map(move |(idx, digit)| {
        let whole = if idx == last { 10 } else { 9 };
        b'0' + whole - (digit - b'0')
    })
}
