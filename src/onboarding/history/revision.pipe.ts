import { Injectable, type PipeTransform } from '@nestjs/common';

/** The revision in a path; 0, which nobody has, for what is none. */
@Injectable()
export class RevisionPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    return /^[1-9]\d{0,14}$/.test(value) ? Number(value) : 0;
  }
}
