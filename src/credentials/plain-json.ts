const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a]

/**
 * Reads JSON in which no member stands twice: such a text says one thing to a reader who takes the first and another to
 * one who takes the last, so nothing in it can be vouched for (RFC 8259, 4; RFC 7493, 2.3). Throws a `SyntaxError`.
 */
export function parsePlainJson(text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
  // A reviver may take members away: they are counted without it.
  const value = JSON.parse(text) as unknown
  if (membersIn(value) !== membersWritten(text)) throw new SyntaxError('holds a member twice')
  return reviver === undefined ? value : (JSON.parse(text, reviver) as unknown)
}

/** Each member has one colon, and no colon stands elsewhere but in a string. */
function membersWritten(text: string): number {
  let members = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    if (letter === QUOTE) isString = !isString
    else if (isString && letter === BACKSLASH) at++
    else if (!isString && letter === COLON) members++
  }
  return members
}

/** Not by calling itself: a hostile file is deeper than any stack. */
function membersIn(value: unknown): number {
  const open: unknown[] = [value]
  let members = 0
  while (open.length > 0) {
    const one = open.pop()
    if (typeof one !== 'object' || one === null) continue
    const values: readonly unknown[] = Array.isArray(one) ? one : Object.values(one)
    if (!Array.isArray(one)) members += values.length
    for (const inner of values) open.push(inner)
  }
  return members
}
