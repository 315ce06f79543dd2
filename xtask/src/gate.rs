//! What the gate finds by itself where nobody names it. It works without: what is not there is fetched
//! (the advisory database), or said to be missing (real files).

use std::path::{Path, PathBuf};

use crate::tools::{CORPORA_DIR, SNAPSHOT_VAR};

/// Finds what a variable would name in the folder `shared` beside the checkout, if there is one.
pub(crate) fn beside_the_checkout(variable: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = shared.canonicalize().ok()?;
    match variable {
        CORPORA_DIR => Some(shared.join("corpora")).filter(|folder| folder.is_dir()),
        SNAPSHOT_VAR => {
            let entries = shared.join("advisory-db").read_dir().ok()?;
            let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
            files
                .filter(|path| path.to_string_lossy().ends_with(".tar.zst"))
                .max()
        }
        _ => None,
    }
}
