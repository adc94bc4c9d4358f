'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** What can be done to an incident; each shows its error, and what is shown is read again after it. */
export function useIncidentChanges(id: string) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const options = (what: string) => ({
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.incidents.get.queryKey({ id }) }),
        queryClient.invalidateQueries({ queryKey: trpc.incidents.list.pathKey() }),
      ]),
    onError: (error: unknown) => toast.error(`It was not ${what}`, { description: errorText(error) }),
  })
  return {
    update: useMutation(trpc.incidents.update.mutationOptions(options('changed'))),
    remove: useMutation(
      trpc.incidents.delete.mutationOptions({
        onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.incidents.list.pathKey() }),
        onError: (error) => toast.error('It was not deleted', { description: errorText(error) }),
      }),
    ),
    addItem: useMutation(trpc.incidents.addItem.mutationOptions(options('added'))),
    updateItem: useMutation(trpc.incidents.updateItem.mutationOptions(options('changed'))),
    removeItem: useMutation(trpc.incidents.removeItem.mutationOptions(options('taken away'))),
  }
}
