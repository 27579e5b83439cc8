import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import { writeEntryBundle } from '../transparency/entry-bundle.ts'
import { type Edge, growTree } from '../transparency/grow.ts'
import { type Hash, HASH_BYTES, leafHash } from '../transparency/hash.ts'
import type { ReadNode } from '../transparency/proofs.ts'
import { rootOf } from '../transparency/proofs.ts'
import {
  innerNode,
  innerOf,
  nodesFromTiles,
  placeOf,
  rowsOf,
  TILE_WIDTH,
  type TileAddress,
  type TileRows,
  widthAt,
} from '../transparency/tile.ts'

/** A leaf's data, and the event that it stands for. */
export type NewLeaf = { readonly data: Buffer; readonly stream: string; readonly revision: bigint }

/** Stored in one row: a tile's hashes and the nodes above them. */
type FullTile = { readonly hashes: Buffer; readonly inner: Buffer }

/** A tile's key: its level above 2^40 tiles of a level. */
const LEVEL = 2 ** 40
const FORMAT = 2
/** Bytes that may be remembered, of nodes and of what is served each. */
const REMEMBERED = 32 * 1024 * 1024

const SCHEMA = `
  DROP TABLE IF EXISTS tile; DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS place; DROP TABLE IF EXISTS state;
  CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, inner BLOB) STRICT;
  CREATE TABLE entry (leaf INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE place (stream TEXT, revision INTEGER, leaf INTEGER NOT NULL, PRIMARY KEY (stream, revision)) STRICT, WITHOUT ROWID;
  CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, stream TEXT NOT NULL, revision INTEGER NOT NULL) STRICT;
  INSERT INTO state VALUES (1, 0, '', 0);
  PRAGMA user_version = ${FORMAT};
`

/**
 * The tiles of a node's tree, in an SQLite file of its own: leaves, tiles and the name of the last event move in one
 * transaction, which plain files would not give. The file follows from the log and is flushed at WAL checkpoints
 * alone: after a power loss it is some leaves short, never wrong, and is fed again. Deleting it costs a replay.
 */
export class TileStore {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** Of partial tiles, by address and width: a tile that grew is another. */
  readonly #rows = new LRUCache<string, TileRows>({ max: 64 })
  /** Of full tiles, by id: they never change. */
  readonly #full = new LRUCache<number, FullTile>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ hashes, inner }) => hashes.length + inner.length,
  })
  readonly #served = new LRUCache<string, Buffer>({
    maxSize: REMEMBERED,
    sizeCalculation: (bytes) => bytes.length,
  })
  #size = 0
  #last: NewLeaf | undefined
  #edge: Edge = []

  /** Opens or makes the file. Throws where a later program made it. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5_000 })
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000')
    const version = Number(Object.values(this.#db.prepare('PRAGMA user_version').get() ?? {})[0])
    if (version > FORMAT) throw new Error(`${file} has format ${version}, this program reads ${FORMAT}`)
    // What an older program made follows from the log, and is made anew.
    if (version < FORMAT) this.#transaction(() => this.#db.exec(SCHEMA))
    this.#load()
  }

  get size(): number {
    return this.#size
  }

  /** The last leaf with its event: whoever adds leaves goes on behind it. `undefined` in an empty tree. */
  get last(): NewLeaf | undefined {
    return this.#last
  }

  /** Adds leaves, in the log's order. All or none. */
  add(leaves: readonly NewLeaf[]): void {
    const last = leaves.at(-1)
    if (!last) return
    const hashes = leaves.map(({ data }) => leafHash(data))
    const grown = growTree(this.#size, this.#edge, hashes)
    this.#transaction(() => {
      leaves.forEach(({ data, stream, revision }, at) => {
        this.#run('INSERT INTO entry VALUES (?, ?)', this.#size + at, data)
        this.#run('INSERT INTO place VALUES (?, ?, ?)', stream, revision, this.#size + at)
      })
      for (const { level, index, hashes: tile, rows } of grown.tiles) {
        const inner = rows === undefined ? null : innerOf(rows)
        this.#run('INSERT OR REPLACE INTO tile VALUES (?, ?, ?)', level * LEVEL + index, tile, inner)
      }
      this.#run('UPDATE state SET size = ?, stream = ?, revision = ?', grown.size, last.stream, last.revision)
    })
    this.#size = grown.size
    this.#edge = grown.edge
    this.#last = last
  }

  /** The bytes of a tile, or of a bundle of entries. `undefined` where the tree is not that large yet. */
  read(address: TileAddress): Buffer | undefined {
    const { level, index, width } = address
    if (index >= LEVEL || widthAt(level, index, this.#size) < width) return undefined
    const key = `${level}/${index}/${width}`
    const known = this.#served.get(key)
    if (known) return known
    const bytes = level === 'entries' ? this.#bundle(index, width) : this.#tile(level, index, width)
    this.#served.set(key, bytes)
    return bytes
  }

  /** Reads nodes of the tree of the first `size` leaves. */
  nodesAt(size: number): ReadNode {
    const inPartial = nodesFromTiles((level, index) => this.#partialRows(level, index, size))
    return (node) => {
      const { tileLevel, tileIndex, row, at } = placeOf(node.level, node.index)
      if (widthAt(tileLevel, tileIndex, size) < TILE_WIDTH) return inPartial(node)
      const { hashes, inner } = this.#fullTile(tileLevel, tileIndex)
      return row > 0
        ? innerNode(inner, row, at)
        : hashes.toString('latin1', at * HASH_BYTES, (at + 1) * HASH_BYTES)
    }
  }

  /** The root of the first `size` leaves. Throws `RangeError` where there are fewer. */
  root(size: number): Hash {
    return rootOf(size, this.nodesAt(size))
  }

  /** The leaf of a stream's event. `undefined` where it is not in the tree (yet). */
  leafOf(stream: string, revision: bigint): number | undefined {
    const row = this.#prepare('SELECT leaf FROM place WHERE stream = ? AND revision = ?').get(
      stream,
      revision,
    )
    return row && Number(row['leaf'])
  }

  /** The leaves of a stream's events, by revision. */
  leavesOf(stream: string): readonly number[] {
    const rows = this.#prepare('SELECT leaf FROM place WHERE stream = ? ORDER BY revision').all(stream)
    return rows.map(({ leaf }) => Number(leaf))
  }

  /** The leaf of one event; `undefined` where it is not in the tree (yet). */
  leafAt(stream: string, revision: bigint): number | undefined {
    const row = this.#prepare('SELECT leaf FROM place WHERE stream = ? AND revision = ?').get(
      stream,
      revision,
    )
    return row && Number(row['leaf'])
  }

  /** A leaf's data. */
  entry(leaf: number): Buffer | undefined {
    const row = this.#prepare('SELECT data FROM entry WHERE leaf = ?').get(leaf)
    return row && bytesOf(row['data'])
  }

  close(): void {
    this.#db.close()
  }

  #load(): void {
    const { size, stream, revision } = this.#prepare('SELECT size, stream, revision FROM state').get() ?? {}
    this.#size = Number(size)
    const data = this.entry(this.#size - 1)
    this.#last = data && { data, stream: String(stream), revision: BigInt(Number(revision)) }
    const edge: Buffer[] = []
    for (let level = 0; this.#size >= TILE_WIDTH ** level; level++) {
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
      const width = widthAt(level, index, this.#size)
      edge.push(width === 0 ? Buffer.alloc(0) : this.#tile(level, index, width))
    }
    this.#edge = edge
  }

  #partialRows(level: number, index: number, size: number): TileRows {
    const width = widthAt(level, index, size)
    const key = `${level}/${index}/${width}`
    const known = this.#rows.get(key)
    if (known) return known
    const rows = rowsOf(this.#tile(level, index, width))
    this.#rows.set(key, rows)
    return rows
  }

  #fullTile(level: number, index: number): FullTile {
    const id = level * LEVEL + index
    const known = this.#full.get(id)
    if (known) return known
    const row = this.#prepare('SELECT hashes, inner FROM tile WHERE id = ?').get(id)
    if (!row) throw new RangeError(`no tile ${level}/${index}`)
    const tile = { hashes: bytesOf(row['hashes']), inner: bytesOf(row['inner']) }
    this.#full.set(id, tile)
    return tile
  }

  #tile(level: number, index: number, width: number): Buffer {
    const row = this.#prepare('SELECT hashes FROM tile WHERE id = ?').get(level * LEVEL + index)
    const bytes = row && bytesOf(row['hashes'])
    if (!bytes || width === 0 || bytes.length < width * HASH_BYTES)
      throw new RangeError(`no tile ${level}/${index} of width ${width}`)
    return bytes.subarray(0, width * HASH_BYTES)
  }

  #bundle(index: number, width: number): Buffer {
    const first = index * TILE_WIDTH
    const rows = this.#prepare('SELECT data FROM entry WHERE leaf >= ? AND leaf < ? ORDER BY leaf')
    return writeEntryBundle(rows.all(first, first + width).map(({ data }) => bytesOf(data)))
  }

  #transaction(write: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      write()
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  #run(sql: string, ...values: (string | number | bigint | Buffer | null)[]): void {
    this.#prepare(sql).run(...values)
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }
}

/** A view of a blob's bytes: no copy. */
function bytesOf(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('not a blob')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
