'use client'
import type { CaptureState } from '@sonde/contract'
import { Confirm } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { isLive } from './capture-state.ts'

export type DeleteCaptureProps = {
  /** The capture to ask about; null closes the dialog. */
  capture: { id: string; title: string; state: CaptureState } | null
  onClose: () => void
  onDeleted?: () => void
}

export function DeleteCapture({ capture, onClose, onDeleted }: DeleteCaptureProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(
    trpc.captures.delete.mutationOptions({
      onSuccess: async () => {
        toast.success('Deleted')
        onDeleted?.()
        await queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
      },
      onError: (error) => toast.error('It was not deleted', { description: errorText(error) }),
    }),
  )
  return (
    <Confirm
      open={capture !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title="Delete this capture?"
      description={
        <>
          {capture ? <bdi>“{capture.title}”</bdi> : null} and all it recorded will be gone, for everyone who has the link.
          {capture && isLive(capture.state) ? ' It is still running and is cancelled first.' : ''}
        </>
      }
      action="Delete"
      onConfirm={() => {
        if (capture) remove.mutate({ id: capture.id })
      }}
    />
  )
}
