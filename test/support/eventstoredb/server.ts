import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { handleUnaryCall } from '@grpc/grpc-js'
import type gossip from '@eventstore/db-client/generated/gossip_pb.js'
import type features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import type shared from '@eventstore/db-client/generated/shared_pb.js'
import { serveAppend } from './append.ts'
import { serveBatchAppend } from './batch-append.ts'
import type { Certificate } from './certificate.ts'
import type { Context } from './context.ts'
import { clusterInfo, supportedMethods } from './node-info.ts'
import type { Member } from './node-info.ts'
import { serveRead } from './read.ts'
import { serveDelete, serveTombstone } from './remove.ts'

export type ServerOptions = {
  readonly certificate: Certificate | undefined
  readonly maxConcurrentStreams: number
  readonly batchAppend: boolean
  readonly members: () => readonly Member[]
}

/** On the wire a call with one answer and a stream of answers are the same; a stream may also end without any. */
const AS_STREAMS = { requestStream: true, responseStream: true } as const
const SERVICE = {
  read: StreamsService.read,
  batchAppend: StreamsService.batchAppend,
  append: { ...StreamsService.append, ...AS_STREAMS },
  delete: { ...StreamsService.delete, ...AS_STREAMS },
  tombstone: { ...StreamsService.tombstone, ...AS_STREAMS },
}

/** Starts the gRPC server behind the door, on any free port, and gives both. */
export async function startServer(
  context: Context,
  options: ServerOptions,
): Promise<{ server: Server; port: number }> {
  const server = new Server({
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    'grpc.max_receive_message_length': 17 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
  })
  server.addService(SERVICE, {
    read: serveRead(context),
    append: serveAppend(context),
    batchAppend: serveBatchAppend(context),
    delete: serveDelete(context),
    tombstone: serveTombstone(context),
  })
  const tell: handleUnaryCall<shared.Empty, features.SupportedMethods> = (_call, answer) =>
    answer(null, supportedMethods(options.batchAppend))
  server.addService(ServerFeaturesService, { getSupportedMethods: tell })
  const gossip: handleUnaryCall<shared.Empty, gossip.ClusterInfo> = (_call, answer) =>
    answer(null, clusterInfo(options.members()))
  server.addService(GossipService, { read: gossip })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentialsOf(options.certificate), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return { server, port }
}

function credentialsOf(certificate: Certificate | undefined): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure()
  return ServerCredentials.createSsl(null, [
    { private_key: certificate.key, cert_chain: certificate.certificate },
  ])
}
