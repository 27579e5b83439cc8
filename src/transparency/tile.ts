import { HASH_BYTES, type Hash, nodeHash } from './hash.ts'
import { readDecimal } from './base64.ts'
import type { ReadNode } from './proofs.ts'

/** Hashes of a full tile: 2^8. */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8
const MAX_LEVEL = 63

/** A tile of C2SP tlog-tiles: `width` hashes (1 to 256), each over 256^level leaves. `entries` is a bundle of leaves. */
export type TileAddress = {
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** `<L>/<N>[.p/<W>]`, what follows `/tile/`. */
export function formatTilePath({ level, index, width }: TileAddress): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** Reads what follows `/tile/`. `undefined` for anything that `formatTilePath` would not print. */
export function parseTilePath(path: string): TileAddress | undefined {
  const match = /^(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path)
  if (!match) return undefined
  const [, levelText = '', indexText = '', widthText] = match
  const level = levelText === 'entries' ? ('entries' as const) : readDecimal(levelText)
  const index = Number(indexText.replaceAll(/[x/]/g, ''))
  const width = widthText === undefined ? TILE_WIDTH : readDecimal(widthText)
  if (level === undefined || width === undefined || !Number.isSafeInteger(index)) return undefined
  if (width < 1 || (typeof level === 'number' && level > MAX_LEVEL)) return undefined
  const address = { level, index, width }
  return formatTilePath(address) === path ? address : undefined
}

/** How many hashes, or entries, a tile has in a tree of `size`: 0 where it is not there yet. */
export function widthAt(level: number | 'entries', index: number, size: number): number {
  const nodes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level))
  return Math.max(0, Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH))
}

/** All nodes within a tile, row by row: row 0 its hashes, row `h` those over 2^h of them, complete ones alone. */
export type TileRows = readonly (readonly Hash[])[]

/** Hashes a tile up. Takes its bytes as stored or served, a whole number of hashes. */
export function rowsOf(tile: Buffer): TileRows {
  const rows: Hash[][] = [[]]
  for (let at = 0; at < tile.length; at += HASH_BYTES)
    rows[0]?.push(tile.toString('latin1', at, at + HASH_BYTES))
  for (let height = 1; height < TILE_HEIGHT; height++) {
    const below = rows[height - 1] ?? []
    const row: Hash[] = []
    for (let at = 0; at + 1 < below.length; at += 2) row.push(nodeHash(below[at] ?? '', below[at + 1] ?? ''))
    rows.push(row)
  }
  return rows
}

/** The rows above a full tile's hashes as bytes, lowest first: kept beside it, they spare a proof 255 hashings. */
export function innerOf(rows: TileRows): Buffer {
  return Buffer.from(rows.slice(1).flat().join(''), 'latin1')
}

/** The node of a row (1 to 7) in what `innerOf` gave. */
export function innerNode(inner: Buffer, row: number, at: number): Hash {
  const begin = (TILE_WIDTH - 2 ** (TILE_HEIGHT + 1 - row) + at) * HASH_BYTES
  return inner.toString('latin1', begin, begin + HASH_BYTES)
}

/** Where a node lies: its tile, the row in it and the place in that. */
export function placeOf(level: number, index: number) {
  const row = level % TILE_HEIGHT
  const perTile = 2 ** (TILE_HEIGHT - row)
  const [tileLevel, tileIndex] = [Math.floor(level / TILE_HEIGHT), Math.floor(index / perTile)]
  return { tileLevel, tileIndex, row, at: index % perTile }
}

/** Answers a tile's rows: `level` and `index` as in `TileAddress`. */
export type ReadRows = (level: number, index: number) => TileRows

/** Reads nodes out of tiles. Throws `RangeError` where the tile does not hold the node. */
export function nodesFromTiles(rowsAt: ReadRows): ReadNode {
  return ({ level, index }) => {
    const { tileLevel, tileIndex, row, at } = placeOf(level, index)
    const found = rowsAt(tileLevel, tileIndex)[row]?.[at]
    if (found === undefined) throw new RangeError(`no tile holds node ${index} of level ${level}`)
    return found
  }
}
