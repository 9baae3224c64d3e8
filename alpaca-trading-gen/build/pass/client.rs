//! The client: who decodes its answers, who makes it, and the table of its operations.

use std::collections::BTreeSet;

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, Item, ReturnType, Type, parse_quote};

use super::tree;
use crate::generator::spec::Spec;

pub(super) struct Counts {
    /// Answers that the crate's own reader decodes.
    pub(super) answers: usize,
}

pub(super) fn run(file: &mut syn::File, spec: &Spec) -> Result<Counts, String> {
    without_constructor(file)?;
    own_encoding(file)?;
    let may_be_empty: BTreeSet<String> = spec
        .operations
        .iter()
        .filter(|operation| operation.may_be_empty)
        .map(|operation| heck::ToPascalCase::to_pascal_case(operation.id.as_str()))
        .collect();
    let mut answers = 0;
    for item in tree::module_mut(&mut file.items, "builder")? {
        let Item::Impl(block) = item else { continue };
        let Some(owner) = tree::self_name(block).map(ToString::to_string) else {
            continue;
        };
        for member in &mut block.items {
            let ImplItem::Fn(function) = member else {
                continue;
            };
            if function.sig.ident != "send" {
                continue;
            }
            let reader = if may_be_empty.contains(&owner) {
                quote! { crate::answer::decode_or_empty }
            } else if returns_list(&function.sig.output) {
                quote! { crate::answer::decode_list }
            } else {
                quote! { crate::answer::decode }
            };
            let mut pass = Readers {
                reader: parse_quote! { #reader },
                count: 0,
                successes: 0,
            };
            pass.visit_block_mut(&mut function.block);
            if pass.successes > 1 {
                return Err(format!("`{owner}` has several successful answers"));
            }
            answers += pass.count;
        }
    }
    file.items.push(table(spec));
    Ok(Counts { answers })
}

/// `Client::new` builds an HTTP client with timeouts that are nobody's choice, and panics when it
/// cannot.
fn without_constructor(file: &mut syn::File) -> Result<(), String> {
    for item in &mut file.items {
        if let Item::Impl(block) = item
            && block.trait_.is_none()
            && tree::self_name(block).is_some_and(|name| name == "Client")
        {
            let before = block.items.len();
            block.items.retain(
                |member| !matches!(member, ImplItem::Fn(function) if function.sig.ident == "new"),
            );
            if block.items.len() < before {
                return Ok(());
            }
        }
    }
    Err("the generated client has no constructor `new` to leave out".to_owned())
}

/// The generator's own encoding of path parameters leaves a backslash alone, which a URL takes for a
/// slash: the crate's stands in for it under the same name.
fn own_encoding(file: &mut syn::File) -> Result<(), String> {
    const NAME: &str = "encode_path";
    let imported = file.items.iter_mut().any(|item| match item {
        Item::Use(found) => take_import(&mut found.tree, NAME),
        _ => false,
    });
    if !imported {
        return Err(format!("the generated code does not import `{NAME}`"));
    }
    file.items.push(parse_quote! {
        use crate::operation::encode_segment as encode_path;
    });
    Ok(())
}

/// Takes `name` out of a group of imports; says whether it was there.
fn take_import(tree: &mut syn::UseTree, name: &str) -> bool {
    match tree {
        syn::UseTree::Path(path) => take_import(&mut path.tree, name),
        syn::UseTree::Group(group) => {
            let before = group.items.len();
            group.items = std::mem::take(&mut group.items)
                .into_iter()
                .filter(|item| !matches!(item, syn::UseTree::Name(found) if found.ident == name))
                .collect();
            group.items.len() < before
        }
        _ => false,
    }
}

/// Whether a `send` returns `Result<ResponseValue<Vec<_>>, _>`.
fn returns_list(output: &ReturnType) -> bool {
    fn inner<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
        tree::type_name(ty).filter(|found| *found == name)?;
        tree::arguments(ty).into_iter().next()
    }
    let ReturnType::Type(_, ty) = output else {
        return false;
    };
    inner(ty, "Result")
        .and_then(|ty| inner(ty, "ResponseValue"))
        .and_then(|ty| inner(ty, "Vec"))
        .is_some()
}

struct Readers {
    reader: syn::Path,
    count: usize,
    successes: usize,
}

impl VisitMut for Readers {
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        let names: Vec<String> = path
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if names == ["ResponseValue", "from_response"] {
            path.path = self.reader.clone();
            self.count += 1;
        }
        visit_mut::visit_expr_path_mut(self, path);
    }

    /// An order that is answered 201 where 200 is declared has been accepted all the same: reported
    /// like a refusal, it would be sent again.
    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        if let syn::Pat::Lit(literal) = &arm.pat
            && let syn::Lit::Int(code) = &literal.lit
            && code
                .base10_parse::<u16>()
                .is_ok_and(|code| (200..300).contains(&code))
        {
            arm.pat = parse_quote! { 200u16..=299u16 };
            self.successes += 1;
        }
        visit_mut::visit_arm_mut(self, arm);
    }
}

fn table(spec: &Spec) -> Item {
    let rows = spec.operations.iter().map(|operation| {
        let (id, document_id) = (&operation.id, &operation.document_id);
        let (method, path, tag) = (&operation.method, &operation.path, &operation.tag);
        let deprecated = operation.deprecated.is_some();
        let accept = &operation.accept;
        quote! {
            crate::Operation {
                id: #id,
                document_id: #document_id,
                method: #method,
                path: #path,
                tag: #tag,
                accept: #accept,
                deprecated: #deprecated,
            }
        }
    });
    parse_quote! {
        /// Every operation of the API, sorted by its name.
        pub const OPERATIONS: &[crate::Operation] = &[#(#rows),*];
    }
}
