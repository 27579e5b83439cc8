import type { FastifyPluginAsync } from 'fastify'
import { checkpoints } from './checkpoints.ts'
import { eventPage } from './event.ts'
import { events } from './events.ts'
import { integrityRoom } from './integrity.ts'
import { registerThen } from './register.ts'
import type { AuditHouse } from './room.ts'

/** The auditor's rooms: history, register at a moment, checkpoints, integrity. For auditors and registrars. */
export const auditRooms: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  for (const room of [events, eventPage, registerThen, checkpoints, integrityRoom])
    await app.register(room, house)
}
