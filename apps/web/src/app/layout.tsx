import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { ThemeProvider } from '../shell/theme-provider.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Sonde', template: '%s · Sonde' },
  description: 'Flame graphs and syscall breakdowns of live hosts, on demand, as a link.',
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#14171c' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the nonce also keeps every page dynamic, which a nonce needs.
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <ThemeProvider nonce={nonce}>{children}</ThemeProvider>
      </body>
    </html>
  )
}
