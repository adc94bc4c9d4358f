'use client'
import type { CommentPin, CommentView } from '@sonde/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { usePerson } from '../shell/person-context.tsx'
import { useTRPC, useTRPCClient } from '../trpc/client.tsx'
import type { NotesStore } from './notes-store.ts'
import { randomId } from './random-id.ts'

export type NoteActions = {
  /** Shows the note at once; throws, and takes it back, where the server does not take it. */
  add: (note: { text: string; pin: CommentPin; replyTo: string | null }) => Promise<void>
  edit: (id: string, text: string) => Promise<void>
  remove: (id: string) => Promise<void>
  resolve: (id: string, resolved: boolean) => Promise<void>
  /** Where I am mentioned in this capture is seen. */
  seeMentions: () => Promise<void>
}

/** A note that the server has taken is shown for so long without being in its list, ms. */
const STAYS_MS = 5_000

/** What can be done with the notes of a capture. Every one of them throws what the server says. */
export function useNoteActions(store: NotesStore, captureId: string): NoteActions {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const { id: personId, name } = usePerson()
  return useMemo(() => {
    /** Sooner than the live updates bring it, and also while they are interrupted. */
    const refresh = async () => {
      const { received } = store
      const comments = await client.comments.list.query({ captureId }).catch(() => null)
      if (comments && store.received === received) store.take({ comments })
    }
    const after = async (work: Promise<unknown>) => {
      await work
      await refresh()
    }
    return {
      add: async ({ text, pin, replyTo }) => {
        const id = randomId()
        const [createdAt, author] = [new Date(), { id: personId, name }]
        const mentions = queryClient.getQueryData(trpc.people.names.queryKey())?.filter((one) => text.includes(`@[${one.id}]`)) ?? []
        const drop = () => store.set({ pending: store.state.pending.filter((one) => one.id !== id) })
        const note: CommentView = {
          ...{ id, captureId, author, text, mentions, pin, replyTo, createdAt },
          ...{ editedAt: null, deletedAt: null, resolvedAt: null, resolvedBy: null },
        }
        store.set({ pending: [...store.state.pending, note] })
        try {
          await client.comments.add.mutate({ id, captureId, text, pin, replyTo })
        } catch (error) {
          drop()
          throw error
        }
        await refresh()
        // It goes when the server's own is there, and should that have been deleted already, too.
        setTimeout(drop, STAYS_MS)
      },
      edit: (id, text) => after(client.comments.edit.mutate({ id, text })),
      remove: (id) => after(client.comments.delete.mutate({ id })),
      resolve: (id, resolved) => after(client.comments.resolve.mutate({ id, resolved })),
      seeMentions: async () => {
        await client.mentions.see.mutate({ captureId })
        await queryClient.invalidateQueries({ queryKey: trpc.mentions.pathKey() })
      },
    }
  }, [store, client, queryClient, trpc, captureId, personId, name])
}
