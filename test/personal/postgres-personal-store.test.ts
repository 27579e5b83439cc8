import t from 'tap'
import { openPostgresPersonalStore } from '../../src/personal/postgres-personal-store.ts'
import { personalStoreContract } from '../contract/personal-store-contract.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
t.teardown(() => server.remove())

personalStoreContract(t, 'postgres', async () =>
  openPostgresPersonalStore(server.url(await server.newDatabase())),
)
