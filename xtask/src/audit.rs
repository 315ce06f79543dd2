//! Known advisories, by cargo-deny.
//!
//! The database comes from the network. Without one it comes from a snapshot, a `.tar.zst` of the database's files, that
//! `ADVISORY_DB_SNAPSHOT` names; cargo-deny takes it for its own clone. With neither the step fails.

use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};
use xshell::cmd;

use crate::{
    context::Context,
    tools::{self, SNAPSHOT_VAR},
};

/// `db-path` in deny.toml.
const DATABASES: &str = ".tools/advisory-dbs";
/// The folder in which cargo-deny clones its default database.
const CLONE: &str = "advisory-db-3157b0e258782691";
/// Stands beside a clone that is none: a later fetch must not meet it.
const SNAPSHOT_MARK: &str = "from-a-snapshot";
/// From this age on we say more than the age.
const OLD_DAYS: u64 = 30;
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// What `zstd -dc` would do, by the pinned package.
const DECOMPRESS: &str = "\
import sys, zstandard
with open(sys.argv[1], 'rb') as packed, open(sys.argv[2], 'wb') as plain:
    zstandard.ZstdDecompressor().copy_stream(packed, plain)
";

/// Checks the locked dependencies against the advisory database.
///
/// # Errors
///
/// There is an advisory, or no database.
pub(crate) fn advisories(ctx: &Context) -> Result<()> {
    let databases = ctx.root().join(DATABASES);
    if databases.join(SNAPSHOT_MARK).exists() {
        fs::remove_dir_all(&databases)?;
    }
    let check = ["--locked", "check", "advisories"];
    let Err(fault) = fetch(ctx) else {
        ctx.say("advisory database: from the network");
        return ctx.run(tools::command(ctx, "cargo-deny")?.args(check));
    };
    let Some(snapshot) = tools::path_from_env(SNAPSHOT_VAR)? else {
        bail!(
            "the advisory database cannot be fetched, and there is no snapshot: connect to the network, or let {SNAPSHOT_VAR} \
             name a `.tar.zst` of the database's files\n{fault:#}"
        );
    };
    unpack(ctx, &snapshot, &databases)
        .with_context(|| format!("could not use the snapshot `{}`", snapshot.display()))?;
    ctx.run(ctx.cargo("fetch --locked"))?;
    ctx.run(
        tools::command(ctx, "cargo-deny")?
            .arg("--offline")
            .args(check),
    )
}

/// Fetches the database. cargo-deny does so by git, which gives up on a line that is dead.
fn fetch(ctx: &Context) -> Result<()> {
    let output = tools::command(ctx, "cargo-deny")?
        .args(["fetch", "db"])
        .envs([
            ("GIT_HTTP_LOW_SPEED_LIMIT", "1000"),
            ("GIT_HTTP_LOW_SPEED_TIME", "30"),
        ])
        .env("GIT_TERMINAL_PROMPT", "0")
        .quiet()
        .ignore_status()
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

/// Lays the snapshot where cargo-deny looks for its clone, and says how old it is.
fn unpack(ctx: &Context, snapshot: &Path, databases: &Path) -> Result<()> {
    let clone = databases.join(CLONE);
    if clone.exists() {
        fs::remove_dir_all(&clone)?;
    }
    fs::create_dir_all(&clone)?;
    fs::write(databases.join(SNAPSHOT_MARK), "")?;

    let sh = ctx.shell();
    let plain = databases.join("snapshot.tar");
    let python = tools::path(ctx, "python")?;
    ctx.run(cmd!(sh, "{python} -c {DECOMPRESS} {snapshot} {plain}").quiet())?;
    ctx.run(cmd!(sh, "tar -x -f {plain} -C {clone}").quiet())?;
    fs::remove_file(plain)?;
    // cargo-deny wants a git repository with a commit in it; what is in the commit does not matter.
    let who = ["-c", "user.name=rowgate", "-c", "user.email=gate@localhost"];
    let commit = [
        "commit",
        "--quiet",
        "--allow-empty",
        "--no-verify",
        "-m",
        "snapshot",
    ];
    ctx.run(cmd!(sh, "git -C {clone} init --quiet --initial-branch main").quiet())?;
    ctx.run(cmd!(sh, "git -C {clone} {who...} {commit...}").quiet())?;

    let newest = newest_date(&clone)?.context("it holds no advisory with a date")?;
    ctx.say(&age_line(&newest, days_of(&newest)?, today_days()?));
    Ok(())
}

fn age_line(newest: &str, newest_days: u64, now_days: u64) -> String {
    let age_days = now_days.saturating_sub(newest_days);
    let line = format!(
        "advisory database: a snapshot, as the network gave none; its newest advisory is of {newest}, {age_days} days ago"
    );
    if age_days > OLD_DAYS {
        format!(
            "{line}\nwarning: what was published since is not checked: take a newer snapshot, or run this with a network"
        )
    } else {
        line
    }
}

/// Finds the newest date of an advisory. The files' own times say nothing: unpacking sets them.
fn newest_date(folder: &Path) -> Result<Option<String>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            newest_date(&path)?
        } else if path.extension().is_some_and(|extension| extension == "md") {
            date_in(&fs::read_to_string(&path)?).map(str::to_owned)
        } else {
            None
        };
        newest = newest.max(found);
    }
    Ok(newest)
}

/// Returns the date in an advisory's head, such as `2026-08-21`.
fn date_in(advisory: &str) -> Option<&str> {
    let mut lines = advisory.lines();
    let date = lines.find_map(|line| line.strip_prefix("date = \""))?;
    date.strip_suffix('"')
}

/// Returns the days from 1970-01-01 to a date such as `2026-08-21`, by the Gregorian calendar.
fn days_of(date: &str) -> Result<u64> {
    let mut numbers = date.splitn(3, '-').map(str::parse::<u64>);
    let mut next = || {
        let number = numbers.next().and_then(Result::ok);
        number.with_context(|| format!("`{date}` is no date"))
    };
    let (year, month, day) = (next()?, next()?, next()?);
    // The year begins in March, so that a leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year.saturating_sub(1), month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let days_to_1970 = 719_469;
    Ok(days.saturating_sub(days_to_1970))
}

fn today_days() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(since.as_secs() / SECONDS_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_days(date: &str, expected: Option<u64>) {
        assert_eq!(days_of(date).ok(), expected, "{date}");
    }

    #[test]
    fn days_since_1970() {
        check_days("1970-01-01", Some(0));
        check_days("1970-03-01", Some(59));
        check_days("2000-02-29", Some(11_016));
        check_days("2026-08-21", Some(20_686));
        check_days("yesterday", None);
        check_days("2026-08", None);
    }

    #[test]
    fn the_date_stands_in_the_head() {
        let advisory =
            "```toml\n[advisory]\nid = \"RUSTSEC-2021-0003\"\ndate = \"2021-01-08\"\n```\n";
        assert_eq!(date_in(advisory), Some("2021-01-08"));
        assert_eq!(date_in("no head"), None);
    }

    #[test]
    fn an_old_snapshot_is_warned_of() {
        let fresh = age_line("2026-08-21", 20_686, 20_716);
        assert!(fresh.ends_with("2026-08-21, 30 days ago"), "{fresh}");
        let old = age_line("2026-08-21", 20_686, 20_717);
        assert!(old.contains("31 days ago\nwarning: "), "{old}");
    }

    #[test]
    fn the_folder_is_the_one_that_cargo_deny_uses() {
        let config = include_str!("../../deny.toml");
        assert!(config.contains(&format!("db-path = \"{DATABASES}\"")));
    }
}
