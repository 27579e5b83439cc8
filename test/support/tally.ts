/** Assertions as tap counted them. */
export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number }

/**
 * Reads tap's own total, `# { total: 40, pass: 39, fail: 1 }`, from raw TAP. Only the last one at the margin counts:
 * those of subtests are indented. All zero where there is none, as when nothing ran.
 */
export function tally(rawTap: string): Tally {
  const total = [...rawTap.matchAll(/^# \{ total: \d+(?<counts>[^}]*)\}$/gm)].at(-1)?.groups?.['counts'] ?? ''
  const count = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(total)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}
