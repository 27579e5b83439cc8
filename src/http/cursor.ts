import { badCursor } from './error-handler.ts'

/** Cursors are opaque: what they hold may change from one release to the next. */
export const encodeCursor = (place: string | number) => Buffer.from(String(place)).toString('base64url')

/** Throws the problem of an unreadable cursor. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const place = Buffer.from(cursor, 'base64url').toString()
  if (place === '' || encodeCursor(place) !== cursor) throw badCursor()
  return place
}
