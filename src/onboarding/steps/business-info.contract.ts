import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';

const text = (most: number) => ({ type: String, nullable: true, maxLength: most });

/** The token says whose it is: a user id in the body is ignored. */
export class BusinessInfoDto {
  @ApiProperty({ minLength: 10, maxLength: 1000 })
  @IsString({ message: 'business_description must be a text.' })
  @Length(10, 1000, { message: 'business_description must have 10 to 1,000 characters.' })
  business_description!: string;

  @ApiPropertyOptional(text(100))
  @IsOptional()
  @IsString({ message: 'industry must be a text.' })
  @MaxLength(100, { message: 'industry must have at most 100 characters.' })
  industry?: string | null;

  @ApiPropertyOptional(text(500))
  @IsOptional()
  @IsString({ message: 'target_audience must be a text.' })
  @MaxLength(500, { message: 'target_audience must have at most 500 characters.' })
  target_audience?: string | null;

  @ApiPropertyOptional(text(1000))
  @IsOptional()
  @IsString({ message: 'business_goals must be a text.' })
  @MaxLength(1000, { message: 'business_goals must have at most 1,000 characters.' })
  business_goals?: string | null;
}

export class BusinessInfoView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() user_id!: string;
  @ApiProperty() business_description!: string;
  @ApiProperty({ type: String, nullable: true }) industry!: string | null;
  @ApiProperty({ type: String, nullable: true }) target_audience!: string | null;
  @ApiProperty({ type: String, nullable: true }) business_goals!: string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ format: 'date-time' }) updated_at!: string;
}
