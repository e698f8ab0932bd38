//! The fewest requests that a lawful order of calls can take, found by trying every set of jobs.
//!
//! A plain call is one request. Jobs that run side by side are a round, which costs its polls and a request for each
//! job, one more where what the job makes has to be read again. Whatever the jobs are, everybody takes the
//! cheapest way of their own through them that keeps the laws: what is named is there, seats are freed first,
//! nobody is written twice at once, and an agent leaves neither the default group nor the last one.

use std::collections::BTreeMap;

/// Requests that ask after the jobs of a round.
const POLLS: u64 = 2;

/// What is done by calls of one sort. Those that have a bulk form come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Organization,
    Update,
    Join,
    Leave,
    Visit,
    Arrive,
    /// Moves the default to a group just joined.
    Default,
}

impl Shape {
    const BULK: [Self; 6] = [
        Self::Organization,
        Self::Update,
        Self::Join,
        Self::Leave,
        Self::Visit,
        Self::Arrive,
    ];

    pub(crate) fn is_bulk(self) -> bool {
        Self::BULK.contains(&self)
    }

    /// What a job takes beside its polls: a job does not tell which number became whose.
    fn job(self) -> u64 {
        if matches!(self, Self::Organization | Self::Arrive) {
            2
        } else {
            1
        }
    }
}

/// One thing that has to become true of a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fact {
    pub(crate) shape: Shape,
    /// What must be true of the person before.
    pub(crate) after: Vec<Shape>,
    /// Whether what the part makes must be there before.
    pub(crate) needs_made: bool,
}

/// Something that concerns nobody else's part: what is made first, and the people who may need it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Calls that each concern nobody but themselves, and their number.
    pub(crate) made: (Shape, u64),
    /// Everybody's facts.
    pub(crate) people: Vec<Vec<Fact>>,
}

/// In which rounds there is a job of each bulk shape, a bit for each.
type Jobs = [u8; Shape::BULK.len()];

/// The fewest requests that make everything true.
pub(crate) fn fewest(parts: &[Part]) -> u64 {
    let mut search = Search {
        parts,
        ways: BTreeMap::new(),
        best: u64::MAX,
    };
    search.best = search.cost(Jobs::default());
    for rounds in 1..=7 {
        // Every round has a job.
        if rounds * (POLLS + 1) >= search.best {
            break;
        }
        for used in 1..1_u8 << Shape::BULK.len() {
            let left = Shape::BULK.iter().enumerate();
            let left = left.filter(|(place, _)| used & 1 << place != 0);
            let left: Vec<Shape> = left.map(|(_, shape)| *shape).collect();
            search.choose(rounds, &left, Jobs::default(), rounds * POLLS);
        }
    }
    search.best
}

struct Search<'p> {
    parts: &'p [Part],
    /// What is known of people's cheapest ways.
    ways: BTreeMap<(&'p [Fact], u8, Jobs), u64>,
    best: u64,
}

impl<'p> Search<'p> {
    /// Tries every choice of rounds for the shapes that are left, given what the chosen jobs cost.
    fn choose(&mut self, rounds: u64, left: &[Shape], chosen: Jobs, cost: u64) {
        let every = u8::MAX >> (8 - rounds);
        let mut most = chosen;
        for shape in left {
            most[*shape as usize] = every;
        }
        // More jobs never make anybody's way dearer.
        let least: u64 = left.iter().map(|shape| shape.job()).sum();
        let least = cost + least + self.cost(most);
        let [shape, left @ ..] = left else {
            self.best = self.best.min(least);
            return;
        };
        if least >= self.best {
            return;
        }
        for own in 1..=every {
            let mut chosen = chosen;
            chosen[*shape as usize] = own;
            let jobs = shape.job() * u64::from(own.count_ones());
            self.choose(rounds, left, chosen, cost + jobs);
        }
    }

    /// Plain calls beside these jobs.
    fn cost(&mut self, jobs: Jobs) -> u64 {
        let parts = self.parts;
        parts.iter().map(|part| self.of_part(part, jobs)).sum()
    }

    /// What is made goes in plain calls before everything, or in the first job there is.
    fn of_part(&mut self, part: &'p Part, jobs: Jobs) -> u64 {
        let (shape, count) = part.made;
        let mut people = |ready: u8| -> u64 {
            let ways = part.people.iter().map(|facts| self.way(facts, ready, jobs));
            ways.sum()
        };
        let plain = count + people(0);
        let rounds = jobs
            .get(shape as usize)
            .copied()
            .filter(|rounds| *rounds != 0);
        let by_job =
            rounds.map(|rounds| people(1 + u8::try_from(rounds.trailing_zeros()).unwrap()));
        by_job.map_or(plain, |by_job| plain.min(by_job))
    }

    /// The fewest plain calls of one person who can rely on what is made after so many rounds.
    fn way(&mut self, facts: &'p [Fact], ready: u8, jobs: Jobs) -> u64 {
        let mut own = Jobs::default();
        for fact in facts.iter().filter(|fact| fact.shape.is_bulk()) {
            own[fact.shape as usize] = jobs[fact.shape as usize];
        }
        let key = (facts, ready, own);
        *self
            .ways
            .entry(key)
            .or_insert_with(|| way(facts, ready, own))
    }
}

/// Walks back from where everything is true, through the rounds, each with at most one of the person's jobs.
fn way(facts: &[Fact], ready: u8, jobs: Jobs) -> u64 {
    let is_true = |done: usize, shape: Shape| {
        let mut facts = facts.iter().enumerate();
        facts.any(|(place, fact)| fact.shape == shape && done & 1 << place != 0)
    };
    let all = (1 << facts.len()) - 1;
    let rounds = jobs.iter().map(|rounds| 8 - rounds.leading_zeros());
    let rounds = rounds.chain([ready.into()]).max().unwrap_or(0);
    // By what is true and by what was made true by jobs.
    let mut later = vec![vec![u64::MAX / 2; all + 1]; all + 1];
    later[all].fill(0);
    for round in (0..=rounds).rev() {
        let mut now = vec![vec![u64::MAX / 2; all + 1]; all + 1];
        for done in (0..=all).rev() {
            for by_job in (0..=done).filter(|by_job| by_job & !done == 0) {
                let mut least = later[done][by_job];
                for (place, fact) in facts.iter().enumerate() {
                    let lawful = done & 1 << place == 0
                        && fact.after.iter().all(|shape| is_true(done, *shape))
                        && (!fact.needs_made || u32::from(ready) <= round);
                    if !lawful {
                        continue;
                    }
                    let next = done | 1 << place;
                    let looks_up = fact.shape == Shape::Default && is_true(by_job, Shape::Join);
                    least = least.min(1 + u64::from(looks_up) + now[next][by_job]);
                    if fact.shape.is_bulk() && jobs[fact.shape as usize] & 1 << round != 0 {
                        least = least.min(later[next][by_job | 1 << place]);
                    }
                }
                now[done][by_job] = least;
            }
        }
        later = now;
    }
    later[0][0]
}
