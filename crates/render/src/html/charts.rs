//! Charts, drawn as SVG and as plain tables with bars: no script is needed to see them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rowgate_core::reason::Code;
use rowgate_core::report::{ErrorsReport, PositionsReport};
use rowgate_core::text::visible;

use crate::number::{per_mille, percent, size, thousands};

/// How many bars a chart has; the rest is one more.
const BARS_MAX: usize = 12;
/// How many columns the matrix of columns and codes shows.
const MATRIX_COLUMNS_MAX: usize = 30;

/// One bar, split into what was accepted and what was rejected.
pub(super) fn split(accepted: u64, rejected: u64) -> Markup {
    let read = accepted.saturating_add(rejected);
    let width = per_mille(accepted, read);
    html! {
        @if read > 0 {
            svg class="split" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img"
                aria-label={ (percent(accepted, read)) " of the records were accepted" } {
                rect class="accepted" x="0" y="0" width=(width) height="12" {}
                rect class="rejected" x=(width) y="0" width=(1_000 - width) height="12" {}
            }
        }
    }
}

/// A bar for each name, the longest first.
pub(super) fn bars(title: &str, mut counts: Vec<(String, u64)>) -> Markup {
    counts.sort_by(|(a_name, a), (b_name, b)| b.cmp(a).then_with(|| a_name.cmp(b_name)));
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let rest: u64 = counts.iter().skip(BARS_MAX).map(|(_, count)| count).sum();
    counts.truncate(BARS_MAX);
    if rest > 0 {
        counts.push(("all others".to_owned(), rest));
    }
    let longest = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    html! {
        figure {
            figcaption { (title) }
            table class="bars" {
                @for (name, count) in &counts {
                    tr {
                        th scope="row" { (visible(name)) }
                        td { (bar(*count, longest)) }
                        td class="number" { (thousands(*count)) }
                        td class="number note" { (percent(*count, total)) }
                    }
                }
            }
        }
    }
}

fn bar(count: u64, longest: u64) -> Markup {
    // What is there is seen, however little it is.
    let width = per_mille(count, longest).max(u64::from(count > 0) * 4);
    html! {
        svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" {
            rect class="error" x="0" y="0" width=(width) height="12" {}
        }
    }
}

/// How large a share of the records is, as a small bar.
pub(super) fn share(class: &str, count: u64, whole: u64) -> Markup {
    let width = per_mille(count, whole).max(u64::from(count > 0) * 20);
    html! {
        @if count > 0 {
            svg class="share" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label=(percent(count, whole)) {
                rect class="track" x="0" y="0" width="1000" height="12" {}
                rect class=(class) x="0" y="0" width=(width) height="12" {}
            }
        }
    }
}

/// Where in the source the errors lie.
pub(super) fn positions(positions: &PositionsReport, source_bytes: u64) -> Markup {
    const HEIGHT: u64 = 120;
    let counts = &positions.counts;
    let n_bins = source_bytes
        .div_ceil(positions.bin_bytes.max(1))
        .max(u64::try_from(counts.len()).unwrap_or(u64::MAX))
        .max(1);
    let highest = counts.iter().copied().max().unwrap_or(0);
    let width = n_bins.saturating_mul(10);
    html! {
        figure {
            figcaption { "Where in the source they lie" }
            svg class="positions" viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-label="How many errors lie in each stretch of the source" {
                rect class="track" x="0" y="0" width=(width) height=(HEIGHT) {}
                @for (x, &count) in (0_u64..).step_by(10).zip(counts) {
                    @if count > 0 {
                        @let height = (per_mille(count, highest) * HEIGHT / 1_000).max(2);
                        rect class="error" x=(x) y=(HEIGHT - height) width="9" height=(height) {
                            title { (thousands(count)) " errors from byte " (thousands((x / 10).saturating_mul(positions.bin_bytes))) }
                        }
                    }
                }
            }
            p class="axis note" {
                span { "start" }
                span { "a bar is " (size(positions.bin_bytes)) ", the highest is " (thousands(highest)) " errors" }
                span { (size(source_bytes)) }
            }
        }
    }
}

/// How many errors of each code are in each column.
pub(super) fn matrix(errors: &ErrorsReport) -> Markup {
    let counts = &errors.by_column_and_code;
    let mut codes: Vec<Code> = counts.values().flat_map(BTreeMap::keys).copied().collect();
    codes.sort();
    codes.dedup();
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(_, by_code)| std::cmp::Reverse(by_code.values().sum::<u64>()));
    rows.truncate(MATRIX_COLUMNS_MAX);
    let highest = rows.iter().flat_map(|(_, by_code)| by_code.values());
    let highest = highest.copied().max().unwrap_or(0);
    html! {
        figure {
            figcaption { "By column and code" }
            div class="wide" {
                table class="matrix" {
                    thead {
                        tr { th { "Column" } @for code in &codes { th class="number" { code { (code) } } } }
                    }
                    tbody {
                        @for (name, by_code) in rows {
                            tr {
                                th scope="row" { (visible(name)) }
                                @for code in &codes {
                                    @match by_code.get(code) {
                                        Some(&count) => {
                                            td class={ "number heat" (heat(count, highest)) } { (thousands(count)) }
                                        },
                                        None => { td class="number note" { "·" } },
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How dark a count's cell is, from 1 to 4.
fn heat(count: u64, highest: u64) -> u64 {
    1 + (per_mille(count, highest) / 251).min(3)
}
