import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import type { Endpoint } from './errors.ts'

const METHODS = ['read', 'append', 'batchappend', 'delete', 'tombstone'] as const
const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState

/** A node of the cluster as gossip tells of it. */
export type Member = Endpoint & { readonly leads: boolean; readonly alive: boolean }

/** What the server says it can; without `batchAppend` the client falls back to the classic Append. */
export function supportedMethods(batchAppend: boolean): features.SupportedMethods {
  const answer = new features.SupportedMethods().setEventStoreServerVersion('24.6.0')
  for (const name of METHODS) {
    if (name === 'batchappend' && !batchAppend) continue
    const method = new features.SupportedMethod()
    answer.addMethods(method.setMethodName(name).setServiceName('event_store.client.streams.streams'))
  }
  return answer
}

/** The members of the cluster, for clients that look for the leader. */
export function clusterInfo(members: readonly Member[]): gossip.ClusterInfo {
  const answer = new gossip.ClusterInfo()
  for (const { host, port, leads, alive } of members) {
    const member = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(crypto.randomUUID()))
      .setTimeStamp(String(Date.now() * 10_000))
      .setState(leads ? LEADER : FOLLOWER)
      .setIsAlive(alive)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port))
    answer.addMembers(member)
  }
  return answer
}
