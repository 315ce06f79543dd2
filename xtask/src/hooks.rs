//! The git hook before a commit. One file in git's own folder, so that other hooks stay as they are.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::context::Context;

const HOOK: &str = "\
#!/bin/sh
# Installed by `cargo xtask hooks`. It looks at the files as they lie there, staged or not.
exec cargo xtask gate --fast
";

/// Installs the hook.
///
/// # Errors
///
/// This is no git checkout, or there is a hook already that is not ours.
pub(crate) fn install(ctx: &Context) -> Result<()> {
    let sh = ctx.shell();
    let folder = cmd!(sh, "git rev-parse --git-path hooks").quiet().read()?;
    let folder = ctx.root().join(folder);
    fs::create_dir_all(&folder)?;
    let path = folder.join("pre-commit");
    write(&path)?;
    ctx.say(&format!("installed `{}`", path.display()));
    Ok(())
}

fn write(path: &Path) -> Result<()> {
    if let Ok(present) = fs::read_to_string(path) {
        let ours = present.contains("cargo xtask");
        ensure!(
            ours,
            "`{}` is not ours: add `cargo xtask gate --fast` to it",
            path.display()
        );
    }
    fs::write(path, HOOK).with_context(|| format!("could not write `{}`", path.display()))?;
    make_executable(path)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    Ok(fs::set_permissions(
        path,
        fs::Permissions::from_mode(0o755),
    )?)
}

/// Git for Windows asks for no such bit.
#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use xshell::Shell;

    use super::*;

    #[test]
    fn a_foreign_hook_is_left_alone() {
        let folder = Shell::new().unwrap().create_temp_dir().unwrap();
        let path = folder.path().join("pre-commit");

        write(&path).unwrap();
        write(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), HOOK);

        fs::write(&path, "#!/bin/sh\nmake\n").unwrap();
        assert!(write(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "#!/bin/sh\nmake\n");
    }
}
