//! Request bodies and answers: their types, their media types, and whether they are there at all.

use serde_json::Value;

use super::operations::parameter;
use super::report::{REQUIRED, Report, Site, is_set, schema_of, side_by_side};
use super::{Kind, shape, types};
use crate::steps::walk::resolve;

/// A document, and something in it.
type Within<'a> = (&'a Value, &'a Value);

/// Compares the request bodies of two versions of one operation.
pub(super) fn request(report: &mut Report, site: &Site, old: Within<'_>, new: Within<'_>) {
    let site = site.inside(" request body");
    let was = old.1.get("requestBody").map(|body| resolve(old.0, body));
    let is = new.1.get("requestBody").map(|body| resolve(new.0, body));
    match (was, is) {
        (Some(was), Some(is)) => {
            report.flag(&site, was, is, "required", "required");
            media(report, &site, was, is);
            report.keywords(&site, was, is, &["required", "content"]);
        }
        (None, Some(is)) => {
            let required = if is_set(is, "required") { REQUIRED } else { "" };
            report.note(
                Kind::Added,
                &site,
                format_args!(": {}{required}", shape_of(is)),
            );
        }
        (Some(_), None) => report.note(Kind::Removed, &site, ""),
        (None, None) => {}
    }
}

/// Compares the answers of two versions of one operation.
pub(super) fn answers(report: &mut Report, site: &Site, old: Within<'_>, new: Within<'_>) {
    let answers = side_by_side(old.1.get("responses"), new.1.get("responses"));
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for (status, (was, is)) in answers {
        let was = was.map(|answer| resolve(old.0, answer));
        let is = is.map(|answer| resolve(new.0, answer));
        let place = site.inside(&format!(" answer {status}"));
        match (was, is) {
            (Some(was), Some(is)) => {
                media(report, &place, was, is);
                report.flag(&place, was, is, "x-empty-body", "empty at times");
                headers(report, &place, (old.0, was), (new.0, is));
                report.keywords(&place, was, is, &["content", "headers", "x-empty-body"]);
            }
            (Some(was), None) => gone.push((status, was)),
            (None, Some(is)) => came.push((status, is)),
            (None, None) => {}
        }
    }
    // One answer in place of another is one change, not two.
    if let ([(from, was)], [(to, is)]) = (gone.as_slice(), came.as_slice()) {
        let text = |status: &str, answer: &Value| format!("{status} {}", shape_of(answer));
        report.turned(site, "answer ", &text(from, was), &text(to, is));
        return;
    }
    for (status, _) in gone {
        report.note(Kind::Removed, site, format_args!(" answer {status}"));
    }
    for (status, is) in came {
        report.note(
            Kind::Added,
            site,
            format_args!(" answer {status}: {}", shape_of(is)),
        );
    }
}

fn headers(report: &mut Report, site: &Site, old: Within<'_>, new: Within<'_>) {
    for (name, (was, is)) in side_by_side(old.1.get("headers"), new.1.get("headers")) {
        let site = site.inside(&format!(" header {name}"));
        match (was, is) {
            (Some(was), Some(is)) => {
                parameter(report, &site, resolve(old.0, was), resolve(new.0, is));
            }
            (None, Some(is)) => {
                let shape = shape::short(schema_of(resolve(new.0, is)));
                report.note(Kind::Added, &site, format_args!(": {shape}"));
            }
            _ => report.note(Kind::Removed, &site, ""),
        }
    }
}

/// Compares what two bodies hold, by media type.
fn media(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    if report.oddity(site, old, new) {
        return;
    }
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for (media, (was, is)) in side_by_side(old.get("content"), new.get("content")) {
        match (was, is) {
            (Some(was), Some(is)) => entity(report, site, was, is),
            (Some(was), None) => gone.push((media, was)),
            (None, Some(is)) => came.push((media, is)),
            (None, None) => {}
        }
    }
    if let ([(from, was)], [(to, is)]) = (gone.as_slice(), came.as_slice()) {
        report.turned(site, "media type ", from, to);
        return entity(report, site, was, is);
    }
    let is_bare = |body: &Value| !has_content(body);
    if is_bare(old) != is_bare(new) {
        return report.turned(site, "", &shape_of(old), &shape_of(new));
    }
    for (media, _) in gone {
        report.note(Kind::Changed, site, format_args!(": no longer {media}"));
    }
    for (media, _) in came {
        report.note(Kind::Changed, site, format_args!(": now also {media}"));
    }
}

/// Compares two bodies of one media type.
fn entity(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    if report.oddity(site, old, new) {
        return;
    }
    types::compare(report, site, schema_of(old), schema_of(new));
    report.keywords(site, old, new, &["schema"]);
}

fn has_content(body: &Value) -> bool {
    body.get("content")
        .and_then(Value::as_object)
        .is_some_and(|content| !content.is_empty())
}

/// The type of a body; several, if its media types differ in it.
fn shape_of(body: &Value) -> String {
    let content = body.get("content").and_then(Value::as_object);
    let mut shapes: Vec<String> = content
        .into_iter()
        .flat_map(|content| content.values())
        .map(|entity| shape::short(schema_of(entity)))
        .collect();
    shapes.sort_unstable();
    shapes.dedup();
    if shapes.is_empty() {
        "no body".to_owned()
    } else {
        shapes.join(" or ")
    }
}
