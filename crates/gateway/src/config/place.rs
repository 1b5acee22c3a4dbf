//! Where a path leads, whatever way it is written and whether there is anything as yet.

use std::path::{Component, Path, PathBuf};

/// The same for two paths that lead to one place: absolute, through every link of what exists, and by its words from there on.
pub(super) fn place(path: &Path) -> PathBuf {
    let Ok(absolute) = std::path::absolute(path) else {
        return path.to_owned();
    };
    let mut missing: Vec<Component<'_>> = Vec::new();
    let mut known = absolute.as_path();
    loop {
        if let Ok(mut real) = known.canonicalize() {
            for component in missing.iter().rev() {
                if *component == Component::ParentDir {
                    real.pop();
                } else {
                    real.push(component);
                }
            }
            // What was left behind may stand before a link.
            let is_again = missing.contains(&Component::ParentDir);
            return if is_again { place(&real) } else { real };
        }
        let (Some(parent), Some(last)) = (known.parent(), known.components().next_back()) else {
            return absolute;
        };
        missing.push(last);
        known = parent;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_place_has_one_path_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        symlink(&data, folder.path().join("link")).unwrap();
        let one = place(&data.join("x/marker"));
        for way in [
            "data/x/marker",
            "./data/./x/marker",
            "data/../data/x/marker",
            "data/y/../x/marker",
            "link/x/marker",
            "other/../link/x/marker",
        ] {
            assert_eq!(place(&folder.path().join(way)), one, "{way}");
        }
        for way in ["data/../marker", "data-2/x/marker", "link/../x/marker"] {
            let other = place(&folder.path().join(way));
            assert!(!other.starts_with(place(&data)), "{way}: {other:?}");
        }
    }
}
