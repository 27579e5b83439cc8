import type { ReadModel } from '../projections/read-model.ts'

/** Supersessions of which the new award does not know yet: their recorder died between the two streams. */
export function unnotedSupersessions(
  model: ReadModel,
): readonly { readonly id: string; readonly by: string }[] {
  const rows = model.prepare('SELECT predecessor, successor FROM supersession WHERE noted = 0').all()
  return rows.map((row) => ({ id: String(row['predecessor']), by: String(row['successor']) }))
}
