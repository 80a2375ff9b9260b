//! Prices, and the lines of a bill.

/// What AWS asks for one unit of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// The unit: `Lambda request`, `S3 GB-month`.
    pub unit: &'static str,
    /// One costs this many billionths of a dollar.
    pub nano_usd: f64,
    /// So many a month cost nothing in any account, without an end.
    pub free: f64,
    /// From so many a month on, one costs less: where that begins, and the price there, in
    /// billionths of a dollar. Ascending.
    pub volumes: &'static [(f64, f64)],
}

impl Price {
    /// A price that is the same for each.
    pub(super) const fn new(unit: &'static str, nano_usd: f64) -> Self {
        Self {
            unit,
            nano_usd,
            free: 0.0,
            volumes: &[],
        }
    }

    /// The first `free` of a month cost nothing.
    pub(super) const fn with_free(self, free: f64) -> Self {
        Self { free, ..self }
    }

    /// Cheaper from some volume on.
    pub(super) const fn with_volumes(self, volumes: &'static [(f64, f64)]) -> Self {
        Self { volumes, ..self }
    }

    /// A line of a bill.
    pub(super) const fn of(self, what: &'static str, quantity: f64) -> Line {
        Line {
            what,
            price: self,
            quantity,
        }
    }

    /// What so many cost an account in a month, in billionths of a dollar: less the free ones,
    /// and at the volume's price.
    pub fn in_a_month(&self, quantity: f64) -> f64 {
        let beginnings = self.volumes.iter().map(|(from, _)| *from);
        let ends = beginnings.chain([f64::INFINITY]);
        let first = (self.free, self.nano_usd);
        let steps = std::iter::once(&first).chain(self.volumes);
        steps
            .zip(ends)
            .map(|((from, nano_usd), end)| (quantity.min(end) - from).max(0.0) * nano_usd)
            .sum()
    }
}

/// A bill's line: what it is for, of what, and how many.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is for.
    pub what: &'static str,
    /// What is paid for.
    pub price: Price,
    /// How many of its unit.
    pub quantity: f64,
}

impl Line {
    /// The line's amount at the list price, in billionths of a dollar.
    pub fn amount(&self) -> f64 {
        self.quantity * self.price.nano_usd
    }

    /// The same line so many times over.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            quantity: self.quantity * factor,
            ..self.clone()
        }
    }
}

/// The sum at list prices, nothing being free, in billionths of a dollar.
pub fn at_list_price(lines: &[Line]) -> f64 {
    lines.iter().map(Line::amount).sum()
}

/// What an account that has nothing else pays for a month of these lines, in billionths of a
/// dollar: each price's free allowance once, and its volumes.
pub fn after_allowances(lines: &[Line]) -> f64 {
    let mut sums: Vec<(Price, f64)> = Vec::new();
    for line in lines {
        match sums.iter_mut().find(|(price, _)| *price == line.price) {
            Some((_, quantity)) => *quantity += line.quantity,
            None => sums.push((line.price, line.quantity)),
        }
    }
    let amounts = sums
        .iter()
        .map(|(price, quantity)| price.in_a_month(*quantity));
    amounts.sum()
}
