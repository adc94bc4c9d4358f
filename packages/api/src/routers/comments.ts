import { addCommentInputSchema, commentTextSchema, commentViewSchema, idSchema, pageIdSchema, presenceInputSchema } from '@sonde/contract'
import {
  addComment,
  deleteComment,
  editComment,
  listComments,
  reportLinkPresence,
  reportPresence,
  resolveComment,
  watchComments,
} from '@sonde/domain'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

const idInput = z.object({ id: idSchema })
const nothing = z.void()

export const commentsRouter = router({
  list: procedure
    .input(z.object({ captureId: idSchema }))
    .output(z.array(commentViewSchema))
    .query(({ ctx, input }) => listComments(ctx.actor, ctx.app, input)),

  /** Server-sent events: comments and who is there, now and after each change, at most one a second, for as long as the page is open. */
  watch: procedure
    .input(z.object({ captureId: idSchema, page: pageIdSchema }))
    .subscription(({ ctx, input, signal }) => watchComments(ctx.actor, ctx.app, { ...input, signal })),

  add: procedure
    .input(addCommentInputSchema)
    .output(idInput)
    .mutation(({ ctx, input }) => addComment(ctx.actor, ctx.app, input)),

  edit: procedure
    .input(idInput.extend({ text: commentTextSchema }))
    .output(nothing)
    .mutation(({ ctx, input }) => editComment(ctx.actor, ctx.app, input)),

  delete: procedure
    .input(idInput)
    .output(nothing)
    .mutation(({ ctx, input }) => deleteComment(ctx.actor, ctx.app, input)),

  resolve: procedure
    .input(idInput.extend({ resolved: z.boolean() }))
    .output(nothing)
    .mutation(({ ctx, input }) => resolveComment(ctx.actor, ctx.app, input)),

  /** The page that watches is still looked at. */
  present: procedure
    .input(presenceInputSchema)
    .output(nothing)
    .mutation(({ ctx, input }) => reportPresence(ctx.actor, ctx.app, input)),

  /** The page of a share link is still looked at. */
  presentByLink: procedure
    .input(idInput)
    .output(nothing)
    .mutation(({ ctx, input }) => reportLinkPresence(ctx.actor, ctx.app, input)),
})
