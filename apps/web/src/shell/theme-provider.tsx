'use client'
import { ThemeProvider as NextThemes } from 'next-themes'
import type { ReactNode } from 'react'
import { Toaster } from './toaster.tsx'

export function ThemeProvider({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  return (
    <NextThemes attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange {...(nonce ? { nonce } : {})}>
      {children}
      <Toaster />
    </NextThemes>
  )
}
