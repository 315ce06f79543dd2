//! CSV of any size, the same bytes for the same seed everywhere, with a manifest of what is wrong.
//!
//! The one kind so far is `orders`: twelve typed columns that [`orders_schema`] describes, quoted
//! notes with commas, quotes and line breaks in them, and thirteen kinds of bad record. The
//! manifest is the oracle: what a gate counts must agree with it.
//!
//! ```
//! use rowgate_testkit::generate::Orders;
//!
//! let mut csv = Vec::new();
//! let manifest = Orders::new(7).bad_ppm(100_000).write(&mut csv, 64 * 1024)?;
//! assert_eq!(manifest.bytes, u64::try_from(csv.len())?);
//! assert_eq!(manifest.records, manifest.good + manifest.bad);
//! assert!(csv.starts_with(b"order_id,order_uuid,"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod orders;
mod random;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

pub use self::orders::BadKind;
pub use self::random::Random;

use self::orders::HEADER;

/// How much is gathered before it is written, in bytes.
const BUFFER_BYTES: usize = 256 * 1024;
/// Sets the choice of bad records apart from the numbers that their content is made of.
const PICK_SALT: u64 = 0x0bad;

/// Returns the Table Schema of the `orders` kind, as JSON.
#[must_use]
pub fn orders_schema() -> &'static str {
    include_str!("../orders.schema.json")
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The kind of data.
    pub kind: &'static str,
    /// The seed it was made from.
    pub seed: u64,
    /// Its length in bytes, header included.
    pub bytes: u64,
    /// How many records there are, the header not counted.
    pub records: u64,
    /// How many of them keep the schema.
    pub good: u64,
    /// How many of them do not.
    pub bad: u64,
    /// How many there are of each bad kind; kinds that did not occur are absent.
    pub bad_by_kind: BTreeMap<BadKind, u64>,
}

/// A generator of orders.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    seed: u64,
    bad_ppm: u64,
}

impl Orders {
    /// Makes a generator whose records are all good.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, bad_ppm: 0 }
    }

    /// Makes so many of a million records bad, on average.
    #[must_use]
    pub fn bad_ppm(mut self, bad_ppm: u64) -> Self {
        self.bad_ppm = bad_ppm;
        self
    }

    /// Writes the header and as many whole records as fit into `bytes_max`.
    ///
    /// The header is written even if it does not fit.
    ///
    /// # Errors
    ///
    /// What `out` answered.
    pub fn write(&self, mut out: impl Write, bytes_max: u64) -> io::Result<Manifest> {
        let mut content = Random::new(self.seed);
        let mut pick = Random::new(self.seed ^ PICK_SALT);
        let mut bad_by_kind = BTreeMap::new();
        let mut buffer = HEADER.as_bytes().to_vec();
        let mut bytes = len_u64(buffer.len());
        let mut records = 0;
        loop {
            let is_bad = pick.below(1_000_000) < self.bad_ppm;
            let bad = is_bad.then(|| pick.one_of(&BadKind::ALL)).flatten();
            let start = buffer.len();
            orders::write_record(&mut buffer, records + 1, &mut content, bad)?;
            let with_record = bytes + len_u64(buffer.len() - start);
            if with_record > bytes_max {
                buffer.truncate(start);
                break;
            }
            bytes = with_record;
            records += 1;
            if let Some(kind) = bad {
                *bad_by_kind.entry(kind).or_default() += 1;
            }
            if buffer.len() >= BUFFER_BYTES {
                out.write_all(&buffer)?;
                buffer.clear();
            }
        }
        out.write_all(&buffer)?;
        out.flush()?;
        let bad = bad_by_kind.values().sum();
        Ok(Manifest {
            kind: "orders",
            seed: self.seed,
            bytes,
            records,
            good: records - bad,
            bad,
            bad_by_kind,
        })
    }
}

fn len_u64(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
