//! Which events changed their place.

/// The positions of `places` that stand outside a longest rising row: the fewest
/// that have to be called moved so that all others kept their order.
pub(crate) fn moved(places: &[usize]) -> Vec<usize> {
    // Of rows of each length, the one that ends lowest; and who came before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut stays = vec![false; places.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = before[at];
    }
    (0..places.len()).filter(|at| !stays[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_went_to_the_front_is_the_only_one_that_moved() {
        assert_eq!(moved(&[1, 2, 3, 0]), [3]);
        assert_eq!(moved(&[3, 0, 1, 2]), [0]);
        assert_eq!(moved(&[0, 1, 2]), Vec::<usize>::new());
        assert_eq!(moved(&[]), Vec::<usize>::new());
    }
}
