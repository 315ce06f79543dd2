//! The temporary file beside a destination, and its name.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rowgate_core::store::{FaultKind, StoreFault};
use tracing::warn;
use uuid::Uuid;

use super::fault::fault;
use super::target::Target;

/// How every temporary file's name ends.
const SUFFIX: &str = ".rowgate-part";
/// The longest name that file systems take, in bytes.
const NAME_BYTES_MAX: usize = 255;
/// How many uploads one run may have open for one destination.
const UPLOADS_MAX: u32 = 100;

/// A file that is gone when this is dropped, unless it was moved to where it belongs.
#[derive(Debug)]
pub(super) struct TempFile {
    pub(super) file: File,
    path: PathBuf,
    is_owed: AtomicBool,
}

impl TempFile {
    /// Makes a new file with the permissions that a new file gets.
    pub(super) fn create(target: &Target, run: &str) -> Result<Self, StoreFault> {
        for n in 1..=UPLOADS_MAX {
            let path = target.folder.join(name(target.name(), run, n));
            let made = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o666)
                .open(&path);
            match made {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        path,
                        is_owed: AtomicBool::new(true),
                    });
                }
                Err(err) if err.kind() == ErrorKind::AlreadyExists => {}
                Err(err) => {
                    return Err(fault("make a temporary file in", &target.folder, err));
                }
            }
        }
        let message =
            format!("run `{run}` has {UPLOADS_MAX} unfinished files for this one already");
        Err(StoreFault::new(FaultKind::Unusable, message))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the file is still neither removed nor where it belongs.
    pub(super) fn is_owed(&self) -> bool {
        self.is_owed.load(Ordering::Acquire)
    }

    /// Says that the file is where it belongs.
    pub(super) fn keep(&self) {
        self.is_owed.store(false, Ordering::Release);
    }

    /// Removes the file; that it is gone already is no fault.
    pub(super) fn remove(&self) -> Result<(), StoreFault> {
        if !self.is_owed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        match std::fs::remove_file(&self.path) {
            Ok(()) => Ok(()),
            Err(err) if err.kind() == ErrorKind::NotFound => Ok(()),
            Err(err) => {
                self.is_owed.store(true, Ordering::Release);
                Err(fault("remove", &self.path, err))
            }
        }
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if let Err(fault) = self.remove() {
            warn!(path = %self.path.display(), error = %fault, "temporary file left behind");
        }
    }
}

/// Returns the name of a run's `n`-th temporary file for a destination: `.{name}.{run}.rowgate-part`.
fn name(destination: &OsStr, run: &str, n: u32) -> OsString {
    let end = match n {
        1 => format!(".{run}{SUFFIX}"),
        _ => format!(".{run}-{n}{SUFFIX}"),
    };
    let room = NAME_BYTES_MAX.saturating_sub(end.len() + 1);
    let mut name = vec![b'.'];
    name.extend(destination.as_bytes().iter().take(room));
    name.extend(end.bytes());
    OsString::from_vec(name)
}

/// Returns the destination's name if `name` is that of a temporary file of ours.
pub(super) fn destination_of(name: &str) -> Option<&str> {
    let name = name.strip_prefix('.')?.strip_suffix(SUFFIX)?;
    let (destination, run) = name.rsplit_once('.')?;
    let uuid = run.get(..36)?;
    let is_numbered = |rest: &str| {
        let n = rest.strip_prefix('-');
        rest.is_empty() || n.is_some_and(|n| n.parse::<u32>().is_ok())
    };
    let is_ours = Uuid::try_parse(uuid).is_ok() && run.get(36..).is_some_and(is_numbered);
    (is_ours && !destination.is_empty()).then_some(destination)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "0190a0a0-0000-7000-8000-000000000000";

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(destination_of(name), expected, "{name}");
    }

    #[test]
    fn a_name_is_recognised_and_nothing_else() {
        check(&format!(".a.csv.{RUN}.rowgate-part"), Some("a.csv"));
        check(&format!(".a.csv.{RUN}-2.rowgate-part"), Some("a.csv"));
        check(&format!(".a.csv.{RUN}-x.rowgate-part"), None);
        check(&format!("a.csv.{RUN}.rowgate-part"), None);
        check(&format!(".{RUN}.rowgate-part"), None);
        check(".a.csv.rowgate-part", None);
        check(".a.csv.notarun.rowgate-part", None);
    }

    proptest::proptest! {
        #[test]
        fn what_we_name_fits_and_is_recognised(destination in "[^/\0]{1,100}", n in 1..9_u32) {
            let name = name(OsStr::new(&destination), RUN, n);
            proptest::prop_assert!(name.len() <= NAME_BYTES_MAX);
            if let Some(name) = name.to_str() {
                let found = destination_of(name).unwrap();
                proptest::prop_assert!(destination.starts_with(found));
            }
        }
    }
}
