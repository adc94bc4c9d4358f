'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** Starts a capture with the settings of an earlier one and goes to it. */
export function useRerun() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  return useMutation(
    trpc.captures.rerun.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
        router.push(`/captures/${id}`)
      },
      onError: (error) => toast.error('It was not started', { description: errorText(error) }),
    }),
  )
}
