import type { FastifyPluginAsync } from 'fastify'
import { PROBLEMS } from './problem-table.ts'
import { ProblemError } from './problem.ts'

/** What each problem type means: `type` of a problem leads here. */
export const problemRoutes: FastifyPluginAsync = async (app) => {
  app.get('/problems', { schema: { summary: 'All problem types', tags: ['operation'] } }, async () => ({
    problems: Object.entries(PROBLEMS).map(([kind, problem]) => ({ type: `/problems/${kind}`, ...problem })),
  }))
  app.get<{ Params: { kind: string } }>(
    '/problems/:kind',
    { schema: { summary: 'One problem type', tags: ['operation'] } },
    async ({ params: { kind } }) => {
      const problem = Object.entries(PROBLEMS).find(([name]) => name === kind)?.[1]
      if (!problem) throw new ProblemError('not-found')
      return { type: `/problems/${kind}`, ...problem }
    },
  )
}
