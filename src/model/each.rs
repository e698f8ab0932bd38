//! Lists that are written in another form.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// Writes every item of a list in another form, one by one: no second list is made of them.
#[derive(Clone, Copy, Debug)]
pub struct Each<'a, T, Form>(pub &'a [T], pub fn(&'a T) -> Form);

impl<T, Form: Serialize> Serialize for Each<'_, T, Form> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

impl<T, Form: JsonSchema> JsonSchema for Each<'_, T, Form> {
    fn inline_schema() -> bool {
        Vec::<Form>::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<Form>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Vec::<Form>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Form>::json_schema(generator)
    }
}
