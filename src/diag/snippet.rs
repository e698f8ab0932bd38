//! Mistakes as `miette` shows them: with the text around them, underlined.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{Diagnostic, Place, Related, Severity, Source, neutral};

/// How much is shown before and after a place, in bytes: a line may be as long as its file.
const WIDEST: usize = 160;

impl SourceCode for Source {
    /// Finds the lines through the line index: in a long file, counting them from its top for every
    /// mistake would take longer than finding the mistakes.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        if end > self.text().len() {
            return Err(MietteError::OutOfBounds);
        }
        let lines = self.lines();
        let line_of = |offset: usize| {
            lines
                .partition_point(|start| *start as usize <= offset)
                .saturating_sub(1)
        };
        let at = |line: usize| lines.get(line).map_or(self.text().len(), |at| *at as usize);
        let first = line_of(start).saturating_sub(lines_before);
        let last = line_of(end) + lines_after;
        // Asked for no lines around it, the snippet begins with the span: its place is the place.
        let (from, column) = if lines_before == 0 {
            (start, self.position(start).1 as usize - 1)
        } else {
            (at(first).max(self.floor(start.saturating_sub(WIDEST))), 0)
        };
        let first = first.max(line_of(from));
        let to = at(last + 1).min(self.floor(end.saturating_add(WIDEST)));
        let data = self.shown().get(from..to).unwrap_or_default();
        Ok(Box::new(
            MietteSpanContents::new_named(
                neutral(self.path()).into_owned(),
                data.as_bytes(),
                (from, data.len()).into(),
                first,
                column,
                last.min(lines.len().saturating_sub(1)) - first.min(last),
            )
            .with_language("yaml"),
        ))
    }
}

fn span(place: &Place) -> SourceSpan {
    let start = place.source.floor(place.span.start());
    let end = place.span.end().min(place.span.start() + WIDEST);
    let end = place.source.floor(end).max(start);
    (start, end - start).into()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let place = self.place.as_ref()?;
        Some(&*place.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let text = (!self.label.is_empty()).then(|| self.label.clone());
        let primary = LabeledSpan::new_primary_with_span(text, span(place));
        let others = self
            .related
            .iter()
            .filter(|related| related.place.source.path() == place.source.path())
            .map(|related| {
                LabeledSpan::new_with_span(Some(related.message.clone()), span(&related.place))
            });
        Some(Box::new(std::iter::once(primary).chain(others)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        let own = self.place.as_ref().map(|place| place.source.path());
        let elsewhere = move |related: &&Related| Some(related.place.source.path()) != own;
        self.related.iter().find(elsewhere)?;
        Some(Box::new(
            self.related
                .iter()
                .filter(elsewhere)
                .map(|related| related as &dyn miette::Diagnostic),
        ))
    }
}

impl fmt::Display for Related {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Related {}

impl miette::Diagnostic for Related {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.place.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(None, span(&self.place));
        Some(Box::new(std::iter::once(label)))
    }
}
