/** Settings as the API shows them. */
import Type from 'typebox';

const source = Type.Enum(['default', 'environment', '.env', 'secret file', 'edited']);
const editor = {
  edited_by: Type.Union([Type.String(), Type.Null()], {
    description: 'The name of the API key, or of the session.',
  }),
  edited_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
};

export const SettingsSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      name: Type.String(),
      group: Type.String(),
      about: Type.String(),
      value: Type.Unknown({ description: 'A secret shows only whether it is set.' }),
      default: Type.Unknown(),
      source,
      editable: Type.Boolean({ description: 'May be edited while the service runs.' }),
      ...editor,
    }),
  ),
  caps: Type.Array(
    Type.Object({
      prefix: Type.String({ description: 'The beginning of model names; the longest that fits counts.' }),
      tokens: Type.Integer(),
      source,
      ...editor,
    }),
  ),
});
