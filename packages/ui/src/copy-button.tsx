'use client'
import { Check, Copy, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button, type ButtonProps } from './button.tsx'

/** Copies through the clipboard API, or through a selection where that is refused (plain http on another host). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.setAttribute('readonly', '')
    area.style.position = 'fixed'
    area.style.opacity = '0'
    document.body.append(area)
    area.select()
    // Deprecated, and the only way left where the page is not a secure context.
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export type CopyButtonProps = Omit<ButtonProps, 'onClick' | 'children'> & {
  /** What to copy; a function where it is dear to make or changes. */
  text: string | (() => string)
  /** Words on the button; without them it is an icon and `label` its name. */
  children?: ReactNode
  label: string
}

export function CopyButton({ text, children, label, ...rest }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 1_600)
    return () => clearTimeout(timer)
  }, [state])
  const Icon = state === 'copied' ? Check : state === 'failed' ? X : Copy
  return (
    <Button
      icon={!children}
      variant={children ? 'secondary' : 'ghost'}
      size={children ? 'md' : 'sm'}
      aria-label={label}
      {...rest}
      onClick={async () => setState((await copyText(typeof text === 'function' ? text() : text)) ? 'copied' : 'failed')}
    >
      <Icon aria-hidden />
      {children ? (state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : children) : null}
      <span role="status" className="sr-only">
        {state === 'copied' ? 'copied' : state === 'failed' ? 'could not copy' : ''}
      </span>
    </Button>
  )
}
