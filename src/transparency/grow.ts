import { HASH_BYTES, type Hash, nodeHash } from './hash.ts'
import { rowsOf, TILE_WIDTH, type TileRows } from './tile.ts'

/** A tile that has changed: the whole of it as it is now, with its rows where it is full. */
export type GrownTile = {
  readonly level: number
  readonly index: number
  readonly hashes: Buffer
  readonly rows?: TileRows
}

/** The rightmost tile of each level that is not full, as bytes; empty where the level ends with a full one. */
export type Edge = readonly Buffer[]

/**
 * Puts leaf hashes behind a tree of `size`: what to write, and the new edge. Pure: the caller keeps both. Tiles to
 * write come in no order that matters; each is named once.
 */
export function growTree(
  size: number,
  edge: Edge,
  leaves: readonly Hash[],
): { readonly tiles: readonly GrownTile[]; readonly edge: Edge; readonly size: number } {
  const tiles: GrownTile[] = []
  const newEdge: Buffer[] = []
  let rising = leaves
  for (let level = 0; rising.length > 0 || level < edge.length; level++) {
    const before = Math.floor(size / TILE_WIDTH ** level)
    const grown = growLevel(level, before, edge[level] ?? Buffer.alloc(0), rising)
    tiles.push(...grown.tiles)
    newEdge.push(grown.edge)
    rising = grown.full
  }
  return { tiles, edge: newEdge, size: size + leaves.length }
}

function growLevel(level: number, before: number, edge: Buffer, hashes: readonly Hash[]) {
  const tiles: GrownTile[] = []
  const full: Hash[] = []
  let index = Math.floor(before / TILE_WIDTH)
  let open = edge
  for (let at = 0; at < hashes.length; ) {
    const room = TILE_WIDTH - open.length / HASH_BYTES
    const added = hashes.slice(at, at + room)
    const tile = Buffer.allocUnsafe(open.length + added.length * HASH_BYTES)
    open.copy(tile)
    tile.write(added.join(''), open.length, 'latin1')
    at += added.length
    if (tile.length < TILE_WIDTH * HASH_BYTES) {
      tiles.push({ level, index, hashes: tile })
      open = tile
      continue
    }
    const rows = rowsOf(tile)
    tiles.push({ level, index, hashes: tile, rows })
    full.push(tileRoot(rows))
    open = Buffer.alloc(0)
    index += 1
  }
  return { tiles, edge: open, full }
}

/** The one node above a full tile. */
function tileRoot(rows: TileRows): Hash {
  const top = rows.at(-1) ?? []
  return nodeHash(top[0] ?? '', top[1] ?? '')
}
