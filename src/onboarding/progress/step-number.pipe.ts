import { Injectable, type PipeTransform } from '@nestjs/common';

/** The step number in a path; 0, which no flow has, for what is none. */
@Injectable()
export class StepNumberPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    return /^[1-9]\d?$/.test(value) ? Number(value) : 0;
  }
}
