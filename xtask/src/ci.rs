//! Whether this is a machine that nobody watches.

/// By the variable that every such service sets.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| is_set(&value))
}

fn is_set(value: &str) -> bool {
    !matches!(value, "" | "0" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_says_no_is_not_set() {
        assert!(is_set("true") && is_set("1"));
        assert!(!is_set("") && !is_set("false") && !is_set("0"));
    }
}
