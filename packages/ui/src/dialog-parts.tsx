'use client'
import { X } from 'lucide-react'
import * as RadixAlert from 'radix-ui/alert-dialog'
import * as RadixDialog from 'radix-ui/dialog'
import { Button } from './button.tsx'
import { cx } from './class-names.ts'
import type { ConfirmProps, DialogProps } from './dialog.tsx'
import { ScrollBox } from './scroll-box.tsx'

const OVERLAY = 'fixed inset-0 z-40 bg-scrim'
const BOX = 'fixed z-50 flex flex-col border border-line bg-raised text-ink shadow-overlay'

export function OpenedDialog({ open, onOpenChange, title, description, children, shape = 'dialog' }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={OVERLAY} />
        <RadixDialog.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            BOX,
            shape === 'drawer'
              ? 'inset-y-0 right-0 w-[min(760px,100vw)] border-y-0 border-r-0'
              : 'top-[12vh] left-1/2 max-h-[80vh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 rounded-lg',
          )}
        >
          <header className="flex items-start gap-3 border-line border-b px-4 py-3">
            <div className="min-w-0 flex-1">
              <RadixDialog.Title className="font-semibold text-lg">{title}</RadixDialog.Title>
              {description ? <RadixDialog.Description className="text-ink-2">{description}</RadixDialog.Description> : null}
            </div>
            <RadixDialog.Close asChild>
              <Button variant="ghost" icon aria-label="Close">
                <X />
              </Button>
            </RadixDialog.Close>
          </header>
          <ScrollBox label={title} className="min-h-0 flex-1 p-4">
            {children}
          </ScrollBox>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

/** Asks before something that cannot be undone. Focus starts on Cancel. */
export function OpenedConfirm({ open, onOpenChange, title, description, action, onConfirm }: ConfirmProps) {
  return (
    <RadixAlert.Root open={open} onOpenChange={onOpenChange}>
      <RadixAlert.Portal>
        <RadixAlert.Overlay className={OVERLAY} />
        <RadixAlert.Content
          className={cx(BOX, 'top-[22vh] left-1/2 w-[min(420px,calc(100vw-24px))] -translate-x-1/2 gap-2 rounded-lg p-4')}
        >
          <RadixAlert.Title className="font-semibold text-lg">{title}</RadixAlert.Title>
          <RadixAlert.Description className="text-ink-2">{description}</RadixAlert.Description>
          <div className="mt-2 flex justify-end gap-2">
            <RadixAlert.Cancel asChild>
              <Button>Cancel</Button>
            </RadixAlert.Cancel>
            <RadixAlert.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {action}
              </Button>
            </RadixAlert.Action>
          </div>
        </RadixAlert.Content>
      </RadixAlert.Portal>
    </RadixAlert.Root>
  )
}
