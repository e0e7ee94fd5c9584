import { renderHtml, type HtmlExtras } from './render-html';
import { renderJson } from './render-json';
import { renderJunit } from './render-junit';
import { renderSarif, type SarifExtras } from './render-sarif';
import { renderText } from './render-text';
import type { Report } from './report';

/** Formats of `check --format`. */
export const reportFormats = ['text', 'json', 'junit', 'sarif', 'html'] as const;

/** One of the formats. */
export type ReportFormat = (typeof reportFormats)[number];

/** What some formats can show besides the report. */
export type ReportExtras = HtmlExtras & SarifExtras;

/** Renders a report; equal reports give equal text, which ends in a newline. */
export function renderReport(
  report: Report,
  format: ReportFormat,
  extras: ReportExtras = {},
): string {
  switch (format) {
    case 'text':
      return renderText(report);
    case 'json':
      return renderJson(report);
    case 'junit':
      return renderJunit(report);
    case 'sarif':
      return renderSarif(report, extras);
    case 'html':
      return renderHtml(report, extras);
  }
}
