import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { Expected } from './rules.ts'
import type { ProposedEvent, StoredEvent } from './stored-event.ts'

const UUID = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i

/** A pair as the wire knows it: decimal strings, since commit and prepare are 64-bit numbers. */
export type Pair = { readonly commit: bigint; readonly prepare: bigint }

/** What the server writes where it has no position: -1 as an unsigned number. */
export const NO_POSITION: Pair = { commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n }

/** The name of a stream as the client sends it. */
export function streamNameOf(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')
}

/** The identifier of a stream, as the client reads it. */
export function identifierOf(stream: string): shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'))
}

type Proposed = streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage

/** Reads a proposed event; `undefined` where its id is no UUID. */
export function proposedEvent(message: Proposed): ProposedEvent | undefined {
  const id = message.getId()?.getString() ?? ''
  if (!UUID.test(id)) return undefined
  return {
    id: id.toLowerCase(),
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

type WithExpectation = { hasAny(): boolean; hasNoStream(): boolean; hasStreamExists(): boolean }

/** What an append or a deletion expects of its stream. */
export function expectedOf(options: WithExpectation, revision: string): Expected {
  if (options.hasAny()) return 'any'
  if (options.hasNoStream()) return 'no-stream'
  if (options.hasStreamExists()) return 'stream-exists'
  return Number(BigInt(revision))
}

/** An event as an answer to a read or a subscription. */
export function eventMessage(event: StoredEvent): streams.ReadResp {
  const position = String(event.position)
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata)
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(BigInt(event.created) * 10_000n))
  return new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  )
}

/** The first answer of a subscription. */
export function confirmationMessage(): streams.ReadResp {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID())
  return new streams.ReadResp().setConfirmation(confirmation)
}

/** How far a filtered subscription has come. */
export function checkpointMessage({ commit, prepare }: Pair): streams.ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint()
    .setCommitPosition(String(commit))
    .setPreparePosition(String(prepare))
  return new streams.ReadResp().setCheckpoint(checkpoint)
}

/** Says that a subscription has gone live. */
export function caughtUpMessage(): streams.ReadResp {
  return new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp())
}

/** The whole answer to a read of a stream that is not there. */
export function notFoundMessage(stream: string): streams.ReadResp {
  const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream))
  return new streams.ReadResp().setStreamNotFound(notFound)
}
