//! The trace that an invocation belongs to, as AWS X-Ray names it.

/// Returns the trace's identity from a header such as `Root=1-5759e988-bd86;Parent=53;Sampled=1`.
pub(crate) fn trace_id(header: &str) -> Option<&str> {
    let root = header
        .split(';')
        .find_map(|field| field.trim().strip_prefix("Root="))?;
    let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    ((1..=64).contains(&root.len()) && root.bytes().all(is_sane)).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<&str>) {
        assert_eq!(trace_id(header), expected, "{header}");
    }

    #[test]
    fn the_root_is_the_trace() {
        let root = "1-5bef4de7-ad49b0e87f6ef6c87fc2e700";
        check(
            &format!("Root={root};Parent=9a9197af755a6419;Sampled=1"),
            Some(root),
        );
        check(&format!("Parent=9a9197af755a6419; Root={root}"), Some(root));
        check(&format!("Root={root}"), Some(root));
        check("Parent=9a9197af755a6419", None);
        check("Root=", None);
        check("Root=a\nb", None);
        check("", None);
    }
}
