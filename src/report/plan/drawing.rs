//! Blocks as lines.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use anstyle::Style;

use crate::model::{Address, Kind, Origin};
use crate::plan::{Change, Consequence};
use crate::report::pen::{BOLD, DIM, PLAIN, Pen, Piece, YELLOW, padded, width};
use crate::report::phrase;

use super::blocks::{Block, Named, sign};
use super::{drift, summary};

/// A row of a block: its label, its text in lines, and where it is declared.
struct Field<'p> {
    label: &'p str,
    text: phrase::FieldText,
    style: Style,
    origin: Option<&'p Origin>,
}

/// How to draw blocks.
pub(super) struct Drawing<'a> {
    /// Whether to tell what must come first.
    pub(super) verbose: bool,
    /// Blanks before the sign.
    pub(super) indent: &'static str,
    /// From this number on, objects that change alike are drawn once.
    pub(super) alike: usize,
    /// How many of these are named.
    pub(super) named: usize,
    /// Consequences that were told before, by person.
    pub(super) told: &'a BTreeMap<&'a Address, &'a [Consequence]>,
}

impl Drawing<'_> {
    /// The blocks, first those that stand alone, then in groups those that read the same but for the
    /// name; both in address order.
    pub(super) fn gathered<'b, 'p>(
        &self,
        blocks: &'b BTreeMap<Address, Block<'p>>,
    ) -> Vec<Vec<Named<'b, 'p>>> {
        if blocks.len() < self.alike {
            return blocks.iter().map(|named| vec![named]).collect();
        }
        let mut alike: BTreeMap<(Kind, &str, String), Vec<Named<'b, 'p>>> = BTreeMap::new();
        let mut keys = Vec::with_capacity(blocks.len());
        for (address, block) in blocks {
            let key = (
                address.kind(),
                sign(block.action()).1,
                self.body(address, block),
            );
            alike.entry(key.clone()).or_default().push((address, block));
            keys.push(key);
        }
        let (mut single, mut groups) = (Vec::new(), Vec::new());
        for (key, named) in keys.iter().zip(blocks) {
            match alike.get_mut(key) {
                Some(group) if group.len() >= self.alike => groups.push(std::mem::take(group)),
                Some(group) if !group.is_empty() => single.push(vec![named]),
                Some(_) | None => {}
            }
        }
        single.append(&mut groups);
        single
    }

    /// What is drawn but for the name and the places: the same for objects that change alike.
    fn body(&self, address: &Address, block: &Block<'_>) -> String {
        let mut body = String::new();
        let mut add = |text: &str| {
            body.push_str(text);
            body.push('\0');
        };
        for field in fields(block) {
            add(field.label);
            field.text.lines.iter().for_each(|line| add(line));
        }
        for change in block.changes() {
            if change.was.is_some() {
                add(&address.to_string());
            }
            add(&phrase::until(change.grant.as_ref()));
            self.untold(address, change).for_each(&mut add);
        }
        add(drift::mark(block));
        body
    }

    /// What follows from a change and was not told before.
    fn untold<'p>(&self, address: &Address, change: &'p Change) -> impl Iterator<Item = &'p str> {
        let told = self.told.get(address).copied().unwrap_or_default();
        let texts = change.consequences.iter().map(|what| what.text.as_str());
        texts.filter(move |text| told.iter().all(|other| other.text != *text))
    }

    /// Draws objects that change alike, or one.
    pub(super) fn draw(&self, pen: &mut Pen<'_>, group: &[Named<'_, '_>]) -> io::Result<()> {
        let [(address, block), others @ ..] = group else {
            return Ok(());
        };
        let (sign, word, style) = sign(block.action());
        let head = format!("{sign} {word} ");
        let change = block.change;
        let was = change.and_then(|change| change.was.as_ref());
        let was = was.map_or(String::new(), |was| {
            format!(" (was {})", phrase::address_name(was))
        });
        let grant = phrase::until(change.and_then(|change| change.grant.as_ref()));
        let (title, place) = if others.is_empty() {
            (phrase::address(address), block.origin().map(phrase::place))
        } else {
            let count = summary::wide(group.len());
            (phrase::counted_kind(count, address.kind()), None)
        };
        let head = [Piece(&head, style), Piece(&title, BOLD)];
        let inner = self.indent.len() + 4;
        self.draw_head(
            pen,
            head,
            &format!("{was}{grant}{}", drift::mark(block)),
            &place.unwrap_or_default(),
        )?;
        let mut fields = fields(block);
        if !others.is_empty() {
            for field in &mut fields {
                field.origin = None;
            }
        }
        draw_fields(pen, &fields, inner)?;
        self.draw_notes(pen, address, block, inner)?;
        if others.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = group
            .iter()
            .take(self.named)
            .map(|(address, _)| phrase::address_name(address))
            .collect();
        let more = group.len().saturating_sub(self.named);
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {} more", phrase::number(summary::wide(more)))
        };
        let blanks = " ".repeat(inner);
        pen.hanging(
            &[Piece(&blanks, PLAIN)],
            &format!("{}{more}", names.join(", ")),
            DIM,
        )
    }

    fn draw_head(
        &self,
        pen: &mut Pen<'_>,
        [head, title]: [Piece<'_>; 2],
        more: &str,
        place: &str,
    ) -> io::Result<()> {
        let indent = Piece(self.indent, PLAIN);
        let inner = self.indent.len() + 4;
        if self.indent.len() + width(head.0) + width(title.0) + width(more) <= pen.columns() {
            return pen.line_with_right(&[indent, head, title, Piece(more, PLAIN)], place, inner);
        }
        pen.line_with_right(&[indent, head, title], place, inner)?;
        let blanks = " ".repeat(inner);
        pen.hanging(&[Piece(&blanks, PLAIN)], more.trim(), PLAIN)
    }

    fn draw_notes(
        &self,
        pen: &mut Pen<'_>,
        address: &Address,
        block: &Block<'_>,
        inner: usize,
    ) -> io::Result<()> {
        let blanks = " ".repeat(inner);
        for text in block
            .changes()
            .flat_map(|change| self.untold(address, change))
        {
            pen.hanging(&[Piece(&blanks, PLAIN), Piece("! ", YELLOW)], text, YELLOW)?;
        }
        let needs = block.changes().flat_map(|change| &change.requires);
        let needs: BTreeSet<_> = needs.filter(|required| *required != address).collect();
        let needs = phrase::addresses(needs);
        if self.verbose && !needs.is_empty() {
            pen.hanging(&[Piece(&blanks, PLAIN), Piece("after ", DIM)], &needs, DIM)?;
        }
        Ok(())
    }
}

fn fields<'p>(block: &Block<'p>) -> Vec<Field<'p>> {
    let own = block.change.into_iter().flat_map(|change| &change.fields);
    let mut rows: Vec<_> = own
        .map(|field| Field {
            label: &field.path,
            text: phrase::field(block.action(), field),
            style: PLAIN,
            origin: None,
        })
        .collect();
    let mut last = "";
    for membership in &block.memberships {
        let mut row = membership_row(membership);
        row.origin = row.origin.filter(|place| Some(*place) != block.origin());
        let label = row.label;
        if label == last {
            row.label = "";
        }
        last = label;
        rows.push(row);
    }
    rows
}

/// `groups  + Escalations until 2026-12-31 (INC-42)`.
fn membership_row(membership: &Change) -> Field<'_> {
    let (sign, _, style) = sign(membership.action);
    let container = membership.address.container();
    let name = container
        .as_ref()
        .map(phrase::address_name)
        .unwrap_or_default();
    let grant = phrase::until(membership.grant.as_ref());
    let with = membership.along_with.as_ref();
    let with = with.filter(|with| with.kind() != Kind::User);
    let with = with.map_or(String::new(), |with| {
        format!(" (goes with the {})", with.kind())
    });
    Field {
        label: match membership.address.kind() {
            Kind::OrganizationMembership => Kind::Organization.section(),
            Kind::GroupMembership | Kind::Role | Kind::Group | Kind::Organization | Kind::User => {
                Kind::Group.section()
            }
        },
        text: phrase::FieldText {
            lines: vec![format!("{sign} {name}{grant}{with}")],
            block: false,
        },
        style,
        origin: membership.origin.as_ref(),
    }
}

fn draw_fields(pen: &mut Pen<'_>, fields: &[Field<'_>], inner: usize) -> io::Result<()> {
    // Longer labels do not push the values of other rows to the right.
    let longest = pen.columns() * 2 / 5;
    let label_width = fields
        .iter()
        .map(|field| width(field.label))
        .filter(|columns| *columns <= longest)
        .max()
        .unwrap_or(0);
    fields
        .iter()
        .try_for_each(|field| draw_field(pen, field, inner, label_width))
}

fn draw_field(
    pen: &mut Pen<'_>,
    field: &Field<'_>,
    inner: usize,
    label_width: usize,
) -> io::Result<()> {
    let Field {
        label,
        text,
        style,
        origin,
    } = field;
    let blanks = " ".repeat(inner);
    let label = padded(label, label_width);
    let lead = [
        Piece(&blanks, PLAIN),
        Piece(&label, DIM),
        Piece("  ", PLAIN),
    ];
    let taken = inner + width(&label) + 2;
    let joined = text.lines.join(" ");
    if !text.block && taken + width(&joined) <= pen.columns() {
        let [blanks, label, space] = lead;
        let place = origin.map(phrase::place).unwrap_or_default();
        return pen.line_with_right(
            &[blanks, label, space, Piece(&joined, *style)],
            &place,
            taken,
        );
    }
    let below = " ".repeat(taken);
    for (index, line) in text.lines.iter().enumerate() {
        let below = [Piece(&below, PLAIN)];
        let lead: &[Piece<'_>] = if index == 0 { &lead } else { &below };
        pen.hanging_at(lead, Some(taken), line, *style)?;
    }
    if let Some(origin) = origin {
        pen.line(&[
            Piece(&below, PLAIN),
            Piece("at ", DIM),
            Piece(&phrase::place(origin), DIM),
        ])?;
    }
    Ok(())
}
