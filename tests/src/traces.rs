//! What is traced on this thread: every span and every event of every crate, at every level, with all
//! fields.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Something that was traced.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its level.
    pub level: Level,
    /// The module that traced it.
    pub target: String,
    /// Its name and its fields: `alpaca operation="get_account" attempt=1`.
    pub text: String,
}

/// All that is traced on the thread of the test while this lives.
pub struct Traces {
    lines: Arc<Mutex<Vec<Line>>>,
    _guard: DefaultGuard,
}

impl Traces {
    /// Begins. For tests on a current-thread runtime, whose tasks all run on this thread.
    #[must_use]
    pub fn record() -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let recorder = Recorder {
            lines: Arc::clone(&lines),
            spans: AtomicU64::new(0),
        };
        Self {
            lines,
            _guard: tracing::subscriber::set_default(recorder),
        }
    }

    /// What was traced so far; what a span records later is a line of its own.
    ///
    /// # Panics
    ///
    /// When something that was traced panicked while it was shown.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().expect("a field panicked").clone()
    }

    /// What the client itself traced so far at this level.
    #[must_use]
    pub fn of_client(&self, level: Level) -> Vec<Line> {
        let mut lines = self.lines();
        lines.retain(|line| line.level == level && line.target.starts_with("alpaca_trading"));
        lines
    }
}

struct Recorder {
    lines: Arc<Mutex<Vec<Line>>>,
    spans: AtomicU64,
}

impl Recorder {
    fn push(&self, metadata: Option<&Metadata<'_>>, fields: Fields) {
        let line = Line {
            level: metadata.map_or(Level::TRACE, |metadata| *metadata.level()),
            target: metadata.map_or("", Metadata::target).to_owned(),
            text: metadata.map_or("", Metadata::name).to_owned() + &fields.0,
        };
        self.lines.lock().expect("a field panicked").push(line);
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        self.push(Some(span.metadata()), fields);
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.push(None, fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.push(Some(event.metadata()), fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// ` name=value` of each field.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // Not escaped, so that a test finds what it looks for.
        let _ = write!(self.0, " {}={value}", field.name());
    }
}
